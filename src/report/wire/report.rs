//! The report: one value with everything that one run found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::wire::build::Build;
use crate::report::wire::cause::Cause;
use crate::report::wire::command::Command;
use crate::report::wire::divergence::DivergentAspect;
use crate::report::wire::divergent_entries::DivergentEntries;
use crate::report::wire::failure::Failure;
use crate::report::wire::frozen::FrozenState;
use crate::report::wire::known::{IgnoredRule, Known};
use crate::report::wire::matrix::MatrixRow;
use crate::report::wire::outside::Outside;
use crate::report::wire::package::Package;
use crate::report::wire::side::ArchiveSide;
use crate::report::wire::trouble::Trouble;
use crate::report::wire::verdict::Verdict;

/// The `schema` of every report.
pub const SCHEMA: &str = "twinroot.report.v1";

/// Seconds by step.
pub type Times = BTreeMap<String, f64>;

/// Everything that one run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The outcome in one word.
    pub verdict: Verdict,
    /// The left archive.
    pub left: ArchiveSide,
    /// The right archive.
    pub right: ArchiveSide,
    /// Divergent entries by path, occurrence and kind.
    #[serde(default)]
    pub divergences: DivergentEntries,
    /// Divergences of the archives as such, by name.
    #[serde(default)]
    pub archive: Vec<DivergentAspect>,
    /// What explains divergences.
    #[serde(default)]
    pub causes: Vec<Cause>,
    /// The command lines that rows name by their ids; `verify` only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<Command>,
    /// What happened outside; `verify` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<Outside>,
    /// Maintainer scripts that fail chrootless and not in the normal build; `verify` only. Chrootless
    /// builds went on as if they had succeeded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// The packages of the chroot; `verify` only.
    #[serde(default)]
    pub packages: Vec<Package>,
    /// How the two archives were built; `verify` only.
    #[serde(default)]
    pub builds: Vec<Build>,
    /// Extra builds, each compared with the left archive; `verify` only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matrix: Vec<MatrixRow>,
    /// The frozen archive state; `verify` only.
    #[serde(default, rename = "pin", skip_serializing_if = "Option::is_none")]
    pub frozen: Option<FrozenState>,
    /// What options took out.
    #[serde(default)]
    pub ignored: Vec<IgnoredRule>,
    /// What each rule of a `--known` file matched.
    #[serde(default)]
    pub known: Vec<Known>,
    /// What was capped or not looked at, one line each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Why the job could not be done, or only in part.
    pub trouble: Option<Trouble>,
    /// Seconds by step; the one part that differs between equal runs.
    #[serde(default)]
    pub timings: Times,
}
