//! What is known of how two archives were made.

/// What is known of how two archives were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// They are chroots that were built here from the same packages.
    Builds,
    /// Nothing: they are two archives of anything.
    Archives,
}
