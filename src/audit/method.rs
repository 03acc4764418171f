//! How the outside can be watched.

use crate::sandbox::plan::{AfterRun, Cover};

/// How the outside is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Changes are what overlayfs kept apart.
    Overlay,
    /// Every object is read before and after, on a copy in memory: needs no overlayfs.
    Snapshot,
    /// Writing fails, and what failed is found by observing the build.
    ReadOnly,
    /// Not at all; an overlay protects it all the same.
    Off,
}

impl Method {
    /// The report's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overlay => "overlay",
            Self::Snapshot => "snapshot",
            Self::ReadOnly => "read-only",
            Self::Off => "off",
        }
    }

    /// What the sandboxes' trees are covered with.
    #[must_use]
    pub fn cover(self) -> Cover {
        match self {
            Self::Overlay | Self::Off => Cover::Overlay,
            Self::Snapshot => Cover::Copy,
            Self::ReadOnly => Cover::ReadOnly,
        }
    }

    /// What is done when a watched build has ended.
    #[must_use]
    pub fn after(self) -> AfterRun {
        match self {
            Self::Overlay | Self::Snapshot | Self::ReadOnly => AfterRun::Audit,
            Self::Off => AfterRun::Forget,
        }
    }
}
