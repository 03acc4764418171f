//! What a run says of a package, and why.

use crate::debian::maintainer_script::ScriptKind;
use crate::explain::finding::What;

/// What a run says of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageVerdict {
    /// Its scripts were seen to leave the outside alone, and did nothing that differs.
    Complete,
    /// Its scripts act on the outside, without effect on this one.
    Latent,
    /// A script of it is why something differs or escapes, or reads the outside.
    Incomplete,
    /// A script of it fails chrootless.
    Fails,
    /// Something differs or escapes that a script of it may have done, or nobody observed its
    /// scripts.
    Unproven,
}

/// Why a package is not complete, or what else is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A script of it fails chrootless, and not in the normal build.
    ScriptFails {
        /// The script.
        script: ScriptKind,
        /// Its exit status.
        status: u8,
    },
    /// A script of it is why something differs or escapes; at least one list is not empty.
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
    /// A script of it is why an extra build differs: on an altered outside, or with another
    /// technique.
    InRow {
        /// Name of the extra build in the report.
        row: String,
        /// What the script did there.
        what: What,
        /// How many entries differ by it.
        entries: usize,
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
    /// Something differs or escapes of which it is not known whose script did it, and the package's
    /// may have.
    Leftovers {
        /// What that is.
        leftovers: LeftoverCounts,
        /// Whether one of the package's scripts acts on installation.
        has_acting_script: bool,
    },
    /// It did nothing, but entries that have to do with it are in causes.
    Beside {
        /// The causes, in their order; at least one.
        touched: Vec<Touched>,
    },
}

/// Entries of a cause that is not held against a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Position of the finding.
    pub finding: usize,
    /// How many entries it claims that have to do with the package, at least 1.
    pub entries: usize,
    /// What they have to do with it.
    pub relation: Relation,
}

/// What an entry has to do with a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// The package ships it.
    Shipped,
    /// A script of the package makes it, and makes another one each time.
    Random,
}

impl Reason {
    /// The verdict that it is the reason of.
    #[must_use]
    pub fn verdict(&self) -> PackageVerdict {
        match self {
            Self::ScriptFails { .. } => PackageVerdict::Fails,
            Self::Own { .. } | Self::ReadsOutside { .. } | Self::InRow { .. } => {
                PackageVerdict::Incomplete
            }
            Self::Attempts { .. } => PackageVerdict::Latent,
            Self::Suspicion { .. } | Self::Leftovers { .. } | Self::NotObserved => {
                PackageVerdict::Unproven
            }
            Self::Beside { .. } => PackageVerdict::Complete,
        }
    }
}

/// What no known script did, and one of a package may have done.
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
