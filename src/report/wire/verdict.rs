//! The outcome of a run in one word.

use serde::{Deserialize, Serialize};

/// The outcome in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing that counts differs.
    Identical,
    /// The archives differ.
    Divergent,
    /// The archives are equal, but something outside changed.
    Escaped,
    /// A maintainer script fails in the chrootless build, and not in the normal one.
    Unbuildable,
    /// The job could not be done, or only in part.
    Failed,
}
