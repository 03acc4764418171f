//! A package file of the user's, as plain data.

use std::path::PathBuf;

/// A package file of the user's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalDeb {
    /// Path of the file.
    pub path: PathBuf,
    /// Its control stanza, verbatim, without an empty line at the end.
    pub control: String,
    /// Package name.
    pub package: String,
    /// Version.
    pub version: String,
    /// Architecture, or `all`.
    pub architecture: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

impl LocalDeb {
    /// The name that apt gives to the file in `/var/cache/apt/archives`: an epoch's colon is
    /// written `%3a`.
    #[must_use]
    pub fn archive_name(&self) -> String {
        format!(
            "{}_{}_{}.deb",
            self.package,
            self.version.replace(':', "%3a"),
            self.architecture
        )
    }
}
