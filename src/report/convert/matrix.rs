//! Rows of the matrix, made of finished values.

use crate::compare::comparison::Comparison;
use crate::report::convert::comparison::aspects;
use crate::report::wire::build::ModeName;
use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::DivergentEntry;
use crate::report::wire::matrix::{MatrixRow, RowOutside};
use crate::report::wire::outside::Escape;
use crate::report::wire::trouble::Trouble;
use crate::report::wire::verdict::Verdict;

/// What a row is called, and how it was built.
#[derive(Debug, Clone)]
pub(crate) struct RowName<'a> {
    /// Its name, unique in the matrix.
    pub(crate) label: &'a str,
    /// Where maintainer scripts ran.
    pub(crate) mode: ModeName,
    /// The technique, or the mode of mmdebstrap for a normal build.
    pub(crate) technique: &'a str,
    /// The outside system.
    pub(crate) outside: RowOutside,
}

/// What was found of an extra build.
#[derive(Debug)]
pub(crate) struct RowFindings<'a> {
    /// How it compares with the left archive.
    pub(crate) comparison: &'a Comparison,
    /// Why the comparison is not complete, if it is not.
    pub(crate) trouble: Option<Trouble>,
    /// How it compares, and whether it left the outside alone.
    pub(crate) verdict: Verdict,
    /// The divergent entries of the comparison.
    pub(crate) divergences: Vec<DivergentEntry>,
    /// What explains them.
    pub(crate) causes: Vec<Cause>,
    /// What the build changed on its outside.
    pub(crate) escapes: Vec<Escape>,
    /// Warnings of its tools.
    pub(crate) warnings: Vec<String>,
}

/// The row of a build that was compared.
pub(crate) fn compared(name: RowName<'_>, findings: RowFindings<'_>) -> MatrixRow {
    let comparison = findings.comparison;
    MatrixRow {
        label: name.label.to_owned(),
        mode: name.mode,
        technique: name.technique.to_owned(),
        outside: name.outside,
        verdict: findings.verdict,
        bytes: comparison.right.bytes,
        entries: comparison.right.entries,
        divergences: findings.divergences,
        archive: aspects(comparison),
        causes: findings.causes,
        escapes: findings.escapes,
        warnings: findings.warnings,
        trouble: findings.trouble,
    }
}

/// The row of a build that could not be made.
pub(crate) fn failed(name: RowName<'_>, trouble: Trouble) -> MatrixRow {
    MatrixRow {
        label: name.label.to_owned(),
        mode: name.mode,
        technique: name.technique.to_owned(),
        outside: name.outside,
        verdict: Verdict::Failed,
        bytes: 0,
        entries: 0,
        divergences: Vec::new(),
        archive: Vec::new(),
        causes: Vec::new(),
        escapes: Vec::new(),
        warnings: Vec::new(),
        trouble: Some(trouble),
    }
}
