//! The outcome of a comparison or a verification in one word, and its exit status.

use crate::audit::change::Change;
use crate::compare::comparison::Comparison;

/// The outcome in one word; the order is that of gravity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing that counts differs.
    Identical,
    /// The tarballs are equal, but the outside was changed.
    Escaped,
    /// The tarballs differ.
    Divergent,
    /// A maintainer script fails in the chrootless build, and not in the normal one.
    Unbuildable,
    /// The job could not be done.
    Failed,
}

/// What a package earns whose scripts act on the outside without effect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Nothing: the outside is as it was.
    #[default]
    Effects,
    /// The exit status of a finding: on another outside it may have an effect.
    Attempts,
}

impl Verdict {
    /// The verdict on a comparison alone.
    #[must_use]
    pub fn of_comparison(comparison: &Comparison) -> Self {
        match (&comparison.trouble, comparison.is_identical()) {
            (Some(_), _) => Self::Failed,
            (None, true) => Self::Identical,
            (None, false) => Self::Divergent,
        }
    }

    /// The verdict on a build that was compared with the reference and changed these paths of
    /// its outside.
    #[must_use]
    pub fn of_build(comparison: &Comparison, escapes: &[Change]) -> Self {
        match Self::of_comparison(comparison) {
            Self::Identical if !escapes.is_empty() => Self::Escaped,
            verdict => verdict,
        }
    }

    /// 0 identical, 1 divergent, escaped or unbuildable, 2 if the job could not be done.
    #[must_use]
    pub fn exit_status(self) -> u8 {
        match self {
            Self::Identical => 0,
            Self::Escaped | Self::Divergent | Self::Unbuildable => 1,
            Self::Failed => 2,
        }
    }
}
