//! A mirror that is a directory of this machine, as plain data.

use std::path::PathBuf;

/// Where a sandbox that fetches finds the repository.
pub const MIRROR: &str = "/tmp/twinroot/mirror";

/// A mirror that is a directory of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalMirror {
    /// The directory as the user wrote it.
    pub given: String,
    /// The repository, with `dists/`: the same directory, or one of the cache.
    pub repository: PathBuf,
    /// SHA-256, hexadecimal, of what decides its content: its Release file, or all package files.
    pub sha256: String,
}
