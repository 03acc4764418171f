//! The frozen archive state that everything was built from.

use serde::{Deserialize, Serialize};

/// The frozen archive state, and the recipe that it was frozen for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenState {
    /// Suite or code name.
    pub suite: String,
    /// The mirror, if one was given.
    pub mirror: Option<String>,
    /// mmdebstrap's variant.
    pub variant: String,
    /// Packages beside those of the variant.
    pub include: Vec<String>,
    /// Debian architecture.
    pub architecture: String,
    /// Date of the suite's Release file, RFC 3339 in UTC.
    pub release_date: Option<String>,
    /// `SOURCE_DATE_EPOCH`, in seconds since 1970.
    pub source_date_epoch: i64,
    /// SHA-256 of all indices and packages, in hexadecimal.
    pub sha256: String,
    /// Bytes of all packages.
    pub bytes: u64,
    /// Every package file that was fetched, including those for the outside alone.
    pub packages: Vec<FrozenPackage>,
}

/// One package file of the frozen state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenPackage {
    /// `PACKAGE_VERSION_ARCH.deb`, with `%3a` for the colon of an epoch.
    pub file: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}
