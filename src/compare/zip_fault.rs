//! Why the members of a zip archive cannot be listed.

use std::io;

/// Why the members of a zip archive cannot be listed.
#[derive(Debug, thiserror::Error)]
pub enum ZipFault {
    /// What the archive says of itself cannot be.
    #[error("cannot be read as a zip archive: {0}")]
    Invalid(String),
    /// There are more members than are read.
    #[error("has more than {most} members, the most that are read")]
    TooMany {
        /// The most that are read.
        most: usize,
    },
    /// The data of two members are in one place, as in archives that are made to have no end.
    #[error("the member at offset {0} begins inside another one")]
    Overlap(u64),
    /// Reading failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}
