//! Extra builds, each compared with the left archive of the report.

use serde::{Deserialize, Serialize};

use crate::report::wire::build::ModeName;
use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::{DivergentAspect, DivergentEntry};
use crate::report::wire::outside::Escape;
use crate::report::wire::trouble::Trouble;
use crate::report::wire::verdict::Verdict;

/// One extra build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRow {
    /// Its name, unique in the matrix: that of its technique, `leak-check` or `other-suite`.
    pub label: String,
    /// Where its maintainer scripts ran.
    pub mode: ModeName,
    /// The technique, or the mode of mmdebstrap for a normal build.
    pub technique: String,
    /// The outside system that it ran on.
    pub outside: RowOutside,
    /// How it compares with the left archive, and whether it left the outside alone.
    pub verdict: Verdict,
    /// Bytes of the archive, decompressed.
    pub bytes: u64,
    /// Number of entries.
    pub entries: u64,
    /// Divergent entries, as in the report itself.
    pub divergences: Vec<DivergentEntry>,
    /// Divergences of the archives as such.
    pub archive: Vec<DivergentAspect>,
    /// What explains them; ids are of this row.
    pub causes: Vec<Cause>,
    /// What the build changed on its outside.
    pub escapes: Vec<Escape>,
    /// Warnings of its tools, one line each.
    pub warnings: Vec<String>,
    /// Why there is no such build.
    pub trouble: Option<Trouble>,
}

/// The outside system of an extra build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowOutside {
    /// That of the pair.
    Same,
    /// A copy of that of the pair, altered on purpose.
    Different,
    /// A system of this suite.
    #[serde(untagged)]
    Suite(String),
}
