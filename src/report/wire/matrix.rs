//! Builds beside the pair that a report is about, each held against the same reference.

use serde::{Deserialize, Serialize};

use crate::explain::rules::READ_LEAK;

use crate::report::{ArchiveDivergence, Cause, EntryDivergence, Escape, Report, Trouble, Verdict};

/// One build beside the pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatrixRow {
    /// Its word, unique in the matrix: that of its technique, or `leak-check`.
    pub label: String,
    /// `normal` or `chrootless`.
    pub mode: String,
    /// How it was run.
    pub technique: String,
    /// What it ran on: `same` as the pair, `different` on purpose, or the suite that it is of.
    pub outside: String,
    /// How it compares with the reference, and whether it left the outside alone.
    pub verdict: Verdict,
    /// Decoded bytes.
    pub bytes: u64,
    /// Entries.
    pub entries: u64,
    /// Divergent entries, as in the report itself; the left side is the reference.
    pub divergences: Vec<EntryDivergence>,
    /// Divergences of the archives as such.
    pub archive: Vec<ArchiveDivergence>,
    /// What explains them; ids are of this row.
    pub causes: Vec<Cause>,
    /// What the build changed on its outside.
    pub escapes: Vec<Escape>,
    /// What its tools complained of.
    pub warnings: Vec<String>,
    /// Why there is no such build.
    pub trouble: Option<Trouble>,
}

/// The outside of the pair itself.
pub(crate) const SAME: &str = "same";

/// What a row is called, and how it was built.
#[derive(Debug, Clone, Copy)]
pub struct RowName<'a> {
    /// Its word.
    pub label: &'a str,
    /// `normal` or `chrootless`.
    pub mode: &'a str,
    /// How it was run.
    pub technique: &'a str,
    /// What it ran on.
    pub outside: &'a str,
}

impl MatrixRow {
    /// The row of a build that has a report of its own.
    pub(crate) fn of(name: RowName<'_>, report: Report, warnings: Vec<String>) -> Self {
        let escapes = report
            .outside
            .map_or_else(Vec::new, |outside| outside.escapes);
        let verdict = match report.verdict {
            Verdict::Identical if !escapes.is_empty() => Verdict::Escaped,
            verdict => verdict,
        };
        Self {
            verdict,
            bytes: report.right.bytes,
            entries: report.right.entries,
            divergences: report.divergences,
            archive: report.archive,
            causes: report.causes,
            escapes,
            warnings,
            trouble: report.trouble,
            ..Self::failed(name, None)
        }
    }

    /// The row of a build that could not be made.
    #[must_use]
    pub fn failed(name: RowName<'_>, trouble: Option<Trouble>) -> Self {
        Self {
            label: name.label.to_owned(),
            mode: name.mode.to_owned(),
            technique: name.technique.to_owned(),
            outside: name.outside.to_owned(),
            verdict: Verdict::Failed,
            bytes: 0,
            entries: 0,
            divergences: Vec::new(),
            archive: Vec::new(),
            causes: Vec::new(),
            escapes: Vec::new(),
            warnings: Vec::new(),
            trouble,
        }
    }
}

impl Report {
    /// Adds a row; the verdict is the gravest of all.
    pub fn add_row(&mut self, row: MatrixRow) {
        let gravity = |verdict: Verdict| match verdict {
            Verdict::Identical => 0,
            Verdict::Escaped => 1,
            Verdict::Divergent => 2,
            Verdict::Failed => 3,
        };
        // A build that fails because its outside differs has shown that it reads it.
        let is_leak = row.verdict == Verdict::Failed && row.outside != SAME;
        let verdict = if is_leak {
            Verdict::Divergent
        } else {
            row.verdict
        };
        if gravity(verdict) > gravity(self.verdict) {
            self.verdict = verdict;
        }
        if self.trouble.is_none() && !is_leak {
            self.trouble.clone_from(&row.trouble);
        }
        for cause in row.causes.iter().filter(|cause| cause.rule == READ_LEAK) {
            self.blame(cause);
        }
        self.matrix.push(row);
    }

    /// A package whose script reads the outside is not complete, although nothing differs on an
    /// outside that is the same.
    fn blame(&mut self, cause: &Cause) {
        let named = cause.package.as_deref();
        let mut packages = self.packages.iter_mut();
        let Some(package) = packages.find(|package| Some(package.name.as_str()) == named) else {
            return;
        };
        if package.verdict != "incomplete" {
            package.verdict = "incomplete".to_owned();
            package.reason = cause
                .title
                .split_once(": ")
                .map(|(_, what)| what.to_owned());
        }
    }
}
