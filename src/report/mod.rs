//! The report: one value with everything that was found, and a pure function per format.
//!
//! These are the wire types of `twinroot.report.v1` (`docs/report-format.md`); serde lives
//! here alone. Nothing in a report depends on the clock, on temporary paths or on the
//! order of a map; timings stand apart.

pub mod convert;
pub(crate) mod known;
pub mod render;
pub mod sentences;
pub mod wire;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use crate::explain::packages::{DpkgRoot, Package, PackageScript, ScriptLine};
pub use crate::report::convert::comparison::Times;
pub use crate::report::convert::verification::{Pin, PinnedPackage};
pub use crate::report::known::{Known, RuleFinding, Rules, RulesError};
pub use crate::report::render::bug::{bug, no_bug};
pub use crate::report::render::json::{from_json, json};
pub use crate::report::render::text::packages::packages_table;
pub use crate::report::render::text::text;
pub use crate::report::wire::audited::{AuditReport, audit_json, audit_text};
pub use crate::report::wire::executed::{Executed, ExecutedFile};
pub use crate::report::wire::matrix::{MatrixRow, RowName};

/// The `schema` of every report.
pub const SCHEMA: &str = "twinroot.report.v1";

/// Everything that one run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    pub divergences: Vec<EntryDivergence>,
    /// Divergences of the archives as such.
    pub archive: Vec<ArchiveDivergence>,
    /// What explains divergences; filled by `verify`.
    #[serde(default)]
    pub causes: Vec<Cause>,
    /// What happened outside; `verify` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<Outside>,
    /// The packages looked at; `verify` only.
    #[serde(default)]
    pub packages: Vec<Package>,
    /// How the two were built; `verify` only.
    #[serde(default)]
    pub builds: Vec<Build>,
    /// Builds beside the pair, held against the same reference; `verify` only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matrix: Vec<MatrixRow>,
    /// The frozen archive state; `verify` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Pin>,
    /// What options took out.
    pub ignored: Vec<Ignored>,
    /// What a `--known` file says is known.
    #[serde(default)]
    pub known: Vec<Known>,
    /// What was capped or not looked at.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Why the job could not be done, or only in part.
    pub trouble: Option<Trouble>,
    /// Seconds by step; the one part that differs between equal runs.
    #[serde(default)]
    pub timings: BTreeMap<String, f64>,
}

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
    /// The job could not be done.
    Failed,
}

/// One archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveSide {
    /// `left` and `right`, or `normal` and `chrootless`.
    pub label: String,
    /// What messages call it, quoted.
    pub source: String,
    /// The container, `none` where there is none.
    pub compression: String,
    /// Decoded bytes.
    pub bytes: u64,
    /// Entries.
    pub entries: u64,
    /// Digest of the archive, where one was made.
    pub sha256: Option<String>,
}

/// What kind of divergence an entry has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// On both sides, with fields that differ.
    Changed,
    /// On the left only.
    LeftOnly,
    /// On the right only.
    RightOnly,
    /// Under another name, equal otherwise.
    Moved,
    /// Elsewhere in the order.
    Reordered,
}

/// One divergent entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryDivergence {
    /// The name, in quoted form where it is not UTF-8; of the right side where it moved.
    pub path: String,
    /// The name's bytes where it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_base64: Option<String>,
    /// Which entry of this name, from 1.
    pub occurrence: u64,
    /// The kind.
    pub kind: Kind,
    /// Fields that differ.
    pub fields: Vec<Field>,
    /// The name on the left where it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its bytes where it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_base64: Option<String>,
    /// What the entry is, where it is on one side only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Id of the cause that explains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The binary package it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The maintainer script that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Script>,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// A name of the vocabulary.
    pub name: String,
    /// The left value, `null` where there is none.
    pub left: Option<String>,
    /// The right value.
    pub right: Option<String>,
    /// More: a unified difference, a hex window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// One aspect of the archives that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveDivergence {
    /// A name of the vocabulary.
    pub name: String,
    /// The left value, `null` where there is none.
    pub left: Option<String>,
    /// The right value.
    pub right: Option<String>,
    /// More.
    pub detail: String,
}

/// Part of a package's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Script {
    /// Before unpacking.
    Preinst,
    /// Configuration.
    Postinst,
    /// Before removal.
    Prerm,
    /// After removal.
    Postrm,
    /// debconf questions.
    Config,
    /// A postinst run for a trigger.
    Trigger,
}

impl Script {
    /// The script of a word of the contract.
    #[must_use]
    pub fn from_name(word: &str) -> Option<Self> {
        let all = [
            Self::Preinst,
            Self::Postinst,
            Self::Prerm,
            Self::Postrm,
            Self::Config,
            Self::Trigger,
        ];
        all.into_iter().find(|script| script.as_str() == word)
    }

    /// The contract's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preinst => "preinst",
            Self::Postinst => "postinst",
            Self::Prerm => "prerm",
            Self::Postrm => "postrm",
            Self::Config => "config",
            Self::Trigger => "trigger",
        }
    }
}

/// What explains one or more divergences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Unique in this report.
    pub id: String,
    /// The rule that found it.
    pub rule: String,
    /// One line.
    pub title: String,
    /// Divergent entries it explains.
    pub entries: u64,
    /// The binary package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The maintainer script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Script>,
    /// What it rests on, one line each.
    pub evidence: Vec<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// A bug report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bug: Option<String>,
}

/// What happened to the outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outside {
    /// How it was watched: `overlay` or `snapshot`.
    pub audit: String,
    /// How the chrootless build was run.
    pub technique: String,
    /// Changes that a build made.
    pub escapes: Vec<Escape>,
}

/// One change to the outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escape {
    /// Where, quoted.
    pub path: String,
    /// What happened.
    pub change: Change,
    /// What differs, for `metadata` and `modified`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// The binary package whose script did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Script>,
    /// The argv of the process that wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
}

/// What happened to a path outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It is new.
    Created,
    /// Its content changed.
    Modified,
    /// It is gone.
    Removed,
    /// Its metadata changed.
    Metadata,
}

/// One build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// The side, or `control`.
    pub label: String,
    /// `normal` or `chrootless`.
    pub mode: String,
    /// How it was run.
    pub technique: String,
    /// Versions of the tools used.
    pub versions: BTreeMap<String, String>,
    /// What its tools complained of.
    pub warnings: Vec<String>,
    /// What the machine could not do.
    pub degraded: Vec<String>,
    /// Whether the chroot is of another architecture than the system that it was built on.
    #[serde(default)]
    pub foreign: bool,
    /// What it executed, where it was observed and chrootless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executed: Option<Executed>,
}

/// What a rule took out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignored {
    /// The rule: a field or archive name, or `exclude GLOB`.
    pub rule: String,
    /// How many divergences or fields.
    pub count: u64,
}

/// Why the job could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trouble {
    /// `SOURCE: where: what`.
    pub what: String,
    /// One piece of advice.
    pub hint: Option<String>,
}

impl Report {
    /// The package that a divergent entry belongs to: its own, or that of its cause.
    #[must_use]
    pub fn owner<'a>(&'a self, row: &'a EntryDivergence) -> Option<&'a str> {
        let of_cause = || {
            let id = row.cause.as_ref()?;
            let cause = self.causes.iter().find(|cause| cause.id == *id)?;
            cause.package.as_deref()
        };
        row.package.as_deref().or_else(of_cause)
    }

    /// The exit status that the verdict stands for.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self.verdict {
            Verdict::Identical => 0,
            Verdict::Divergent | Verdict::Escaped => 1,
            Verdict::Failed => 2,
        }
    }
}
