//! Verdicts in the words of the report.

use crate::report::wire::verdict::Verdict;
use crate::verify::verdict as verified;

impl From<verified::Verdict> for Verdict {
    fn from(verdict: verified::Verdict) -> Self {
        match verdict {
            verified::Verdict::Identical => Self::Identical,
            verified::Verdict::Escaped => Self::Escaped,
            verified::Verdict::Divergent => Self::Divergent,
            verified::Verdict::Unbuildable => Self::Unbuildable,
            verified::Verdict::Failed => Self::Failed,
        }
    }
}
