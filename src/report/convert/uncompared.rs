//! A report without a comparison.

use crate::report::wire::divergent_entries::DivergentEntries;
use crate::report::wire::report::{Report, SCHEMA, Times};
use crate::report::wire::side::{ArchiveSide, CompressionName, KindName};
use crate::report::wire::verdict::Verdict;

impl Report {
    /// A report of two archives of which nothing is known but their labels.
    pub(crate) fn uncompared(verdict: Verdict, [left, right]: [&str; 2]) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            verdict,
            left: side(left),
            right: side(right),
            divergences: DivergentEntries::default(),
            archive: Vec::new(),
            causes: Vec::new(),
            commands: Vec::new(),
            outside: None,
            failures: Vec::new(),
            packages: Vec::new(),
            builds: Vec::new(),
            matrix: Vec::new(),
            frozen: None,
            ignored: Vec::new(),
            known: Vec::new(),
            notes: Vec::new(),
            trouble: None,
            timings: Times::new(),
        }
    }
}

fn side(label: &str) -> ArchiveSide {
    ArchiveSide {
        label: label.to_owned(),
        source: format!("{label}.tar"),
        kind: KindName::Tar,
        compression: CompressionName::None,
        bytes: 0,
        entries: 0,
        sha256: None,
    }
}
