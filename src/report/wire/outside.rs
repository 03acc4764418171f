//! What happened to the outside.

use serde::{Deserialize, Serialize};

use crate::report::wire::command::CommandName;
use crate::report::wire::divergence::DivergentField;
use crate::report::wire::script::ScriptName;

/// What happened to the outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    /// How it was watched.
    pub audit: AuditMethod,
    /// How the chrootless build was run.
    pub technique: String,
    /// Whether the chrootless build was observed, without a gap.
    #[serde(default)]
    pub observed: bool,
    /// Changes that the chrootless build made, by path.
    pub escapes: Vec<Escape>,
    /// What maintainer scripts would have changed, in the order in which they tried.
    #[serde(default)]
    pub attempts: Vec<Attempt>,
    /// What maintainer scripts themselves looked at, in that order.
    #[serde(default)]
    pub reads: Vec<OutsideRead>,
}

/// How the outside is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditMethod {
    /// Changes are read from the upper directory of an overlay.
    Overlay,
    /// Two listings of every file are compared.
    Snapshot,
    /// The outside is read-only, and writes that fail are traced.
    ReadOnly,
    /// It is not watched.
    Off,
}

/// One change to the outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escape {
    /// The absolute path, quoted.
    pub path: String,
    /// What happened to it.
    pub change: EscapeChange,
    /// What differs, if the change is `metadata` or `modified`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<DivergentField>,
    /// The binary package whose script did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The maintainer script that did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<ScriptName>,
    /// The process that wrote, if the build was observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandName>,
    /// Number of the script's line, if one line is known to have done it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Other packages' scripts, and other lines, that changed the path as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<AlsoBy>,
}

/// A script that changed a path outside, beside the one that the change is attributed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlsoBy {
    /// The binary package.
    pub package: String,
    /// The maintainer script.
    pub script: ScriptName,
    /// Number of the script's line, if one line is known to have done it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// What happened to a path outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EscapeChange {
    /// The path is new.
    Created,
    /// Its content, type or link target changed.
    Modified,
    /// The path is gone.
    Removed,
    /// Only its metadata changed.
    Metadata,
}

/// A call by a process of a maintainer script that would change a path of the outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The absolute path, quoted; `(the machine)` of a call that has no path and that every sandbox
    /// refuses, such as reboot(2).
    pub path: String,
    /// The call's name in syscalls(2).
    pub call: String,
    /// What came of it.
    pub effect: AttemptEffect,
    /// The error's name in errno(3), if the call failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errno: Option<String>,
    /// The binary package.
    pub package: String,
    /// The maintainer script.
    pub script: ScriptName,
    /// The process.
    pub command: CommandName,
    /// Number of the script's line, if one line is known to have done it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttemptEffect {
    /// The outside changed.
    Changed,
    /// The outside is as it was.
    None,
    /// The system did not allow it.
    Refused,
}

/// A question of a maintainer script about a path of the outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideRead {
    /// The absolute path, quoted.
    pub path: String,
    /// The binary package.
    pub package: String,
    /// The maintainer script.
    pub script: ScriptName,
    /// The process, which is the script itself.
    pub command: CommandName,
    /// Number of the script's line, if one line is known to have done it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The answer: whether something is there.
    pub exists: bool,
}
