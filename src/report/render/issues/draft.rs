//! What becomes an issue: a finding that has no fingerprint yet, because others may look like it.

use crate::report::render::issues::place::Place;

/// How bad an issue is, worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// Something else of the report is worth knowing.
    Info,
    /// It had no effect in this run.
    Minor,
    /// Something differs.
    Major,
    /// The outside changed, or nobody knows why something differs.
    Critical,
    /// Nothing can be built, or the job could not be done.
    Blocker,
}

/// A finding on its way.
#[derive(Debug)]
pub(crate) struct Draft {
    /// What was found, in a word: `rule` of a cause, or one of ours.
    pub(crate) check: String,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    pub(crate) place: Place,
    /// What tells it from others of the same check and place, and stays when lines move.
    pub(crate) text: String,
}
