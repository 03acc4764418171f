//! What is wrong with an entry of the cache. Paths are below the entry, with every byte escaped
//! that is not printable ASCII.

/// What is wrong with an entry of the cache.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A file or directory is not there.
    #[error("`{0}` is missing")]
    Missing(String),
    /// A file or directory was not there.
    #[error("`{0}` was added")]
    Added(String),
    /// A file or directory is another one.
    #[error("`{0}` has {1}")]
    Changed(String, Aspect),
    /// A file or directory cannot be read.
    #[error("`{path}`: {error}")]
    Unreadable {
        /// Its path.
        path: String,
        /// The kernel's reason.
        error: String,
    },
    /// What the entry was made of is not known.
    #[error("the list of its files is missing or damaged")]
    Seal,
    /// The description of a frozen archive cannot be read.
    #[error("its description is damaged")]
    Description,
}

/// What changed of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Aspect {
    /// File, directory, link or else.
    #[error("another type")]
    Type,
    /// Its length.
    #[error("another size")]
    Size,
    /// Permissions.
    #[error("another mode")]
    Mode,
    /// User or group.
    #[error("another owner")]
    Owner,
    /// When it was modified.
    #[error("another time")]
    Time,
    /// Its bytes, or where a link leads.
    #[error("other content")]
    Content,
}
