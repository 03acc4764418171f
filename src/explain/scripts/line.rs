//! What a line of a maintainer script does, and what a whole script makes of `DPKG_ROOT`.

/// How a script supports `DPKG_ROOT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Support {
    /// It names `DPKG_ROOT`: as a prefix, a guard or an option. Single lines may lack it.
    Aware,
    /// It acts only through helpers that read `DPKG_ROOT` themselves.
    Helper,
    /// It does nothing on initial installation.
    NoneNeeded,
    /// It names files or runs tools of the system it runs on, without `DPKG_ROOT`.
    Silent,
    /// It is no shell script, and does not name `DPKG_ROOT`.
    Unread,
}

impl Support {
    /// The report's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aware => "aware",
            Self::Helper => "helper",
            Self::NoneNeeded => "none-needed",
            Self::Silent => "silent",
            Self::Unread => "unread",
        }
    }
}

/// When a line runs; the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// In a chrootless initial installation, or it may.
    Installs,
    /// Only where the system it runs on was booted with systemd, which no build is.
    BootedOnly,
    /// In an initial installation that is not chrootless: it is guarded by `DPKG_ROOT`.
    NotChrootless,
    /// On upgrade, on removal, or when something else failed.
    OtherAction,
}

/// What a line does. Paths are as far as they are known, `*` for the rest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// It acts on the chroot: by `DPKG_ROOT` before this path, or in an option of this tool.
    Rooted(String),
    /// It runs a helper that reads `DPKG_ROOT`.
    Helper(String),
    /// It changes a file by its absolute path, without `DPKG_ROOT`.
    Writes(String),
    /// It reads or looks for a file by its absolute path, without `DPKG_ROOT`.
    Reads(String),
    /// It runs a tool on the system as it is, with no root given.
    Runs(String),
}

impl Act {
    /// Whether it is about the outside, where it should be about the chroot.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        match self {
            Self::Writes(_) | Self::Reads(_) | Self::Runs(_) => true,
            Self::Rooted(_) | Self::Helper(_) => false,
        }
    }
}

/// A line that does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: usize,
    /// Its text with its continuations, blanks at its ends taken off.
    pub text: String,
    /// When it runs.
    pub reach: Reach,
    /// What it does when it runs.
    pub acts: Vec<Act>,
}

impl Line {
    /// Whether it acts on the outside in a chrootless installation.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.reach == Reach::Installs && self.acts.iter().any(Act::is_silent)
    }
}
