//! What a run says of a package, and why.

use crate::debian::maintainer_script::ScriptKind;

/// What a run says of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageVerdict {
    /// Nothing differs that is its own, and its scripts were seen to leave the outside alone.
    Complete,
    /// Its scripts act on the outside, without effect on this one.
    Latent,
    /// Something differs or escapes that is its own, or a script of it reads the outside.
    Incomplete,
    /// A script of it fails chrootless.
    Fails,
    /// Something differs or escapes that may be its own, or nobody observed its scripts.
    Unproven,
}

/// Why a package is not complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A script of it fails chrootless, and not in the normal build.
    ScriptFails {
        /// The script.
        script: ScriptKind,
        /// Its exit status.
        status: u8,
    },
    /// Something differs or escapes that is its own; at least one of the lists is not empty.
    Own {
        /// Names of the entries that differ, as the archives spell them.
        divergences: Vec<Vec<u8>>,
        /// Absolute paths of the outside that were changed.
        escapes: Vec<Vec<u8>>,
    },
    /// A script of it was shown to read files of the outside.
    ReadsOutside {
        /// The files, by absolute path.
        files: Vec<Vec<u8>>,
    },
    /// Its scripts act on the outside, without effect on this one.
    Attempts {
        /// The absolute paths, each once.
        paths: Vec<Vec<u8>>,
    },
    /// Nobody observed what its scripts do, or not everything was seen.
    NotObserved,
    /// A line of its scripts may be what changed a path that belongs to no known package.
    Suspicion {
        /// Name of the entry, or absolute path of the outside.
        path: Vec<u8>,
        /// The script that the line stands in.
        script: ScriptKind,
        /// Number of the line, from 1.
        line: usize,
        /// Text of the line with its continuations.
        text: String,
    },
    /// Something differs or escapes that belongs to no known package.
    Leftovers {
        /// What that is.
        leftovers: LeftoverCounts,
        /// Whether one of the package's scripts acts on installation.
        has_acting_script: bool,
    },
}

impl Reason {
    /// The verdict that it is the reason of.
    #[must_use]
    pub fn verdict(&self) -> PackageVerdict {
        match self {
            Self::ScriptFails { .. } => PackageVerdict::Fails,
            Self::Own { .. } | Self::ReadsOutside { .. } => PackageVerdict::Incomplete,
            Self::Attempts { .. } => PackageVerdict::Latent,
            Self::Suspicion { .. } | Self::Leftovers { .. } | Self::NotObserved => {
                PackageVerdict::Unproven
            }
        }
    }
}

/// What belongs to no known package, and so may belong to any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftoverCounts {
    /// Number of divergent entries.
    pub divergences: usize,
    /// Number of escapes.
    pub escapes: usize,
    /// Names of the aspects in which the archives differ, if no entry differs.
    pub archive: Vec<&'static str>,
    /// Whether the comparison is not complete.
    pub is_incomplete: bool,
}
