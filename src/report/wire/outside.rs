//! What happened to the outside.

use serde::{Deserialize, Serialize};

use crate::report::wire::divergence::DivergentField;
use crate::report::wire::script::ScriptName;

/// What happened to the outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outside {
    /// How it was watched.
    pub audit: AuditMethod,
    /// How the chrootless build was run.
    pub technique: String,
    /// Changes that the chrootless build made, by path.
    pub escapes: Vec<Escape>,
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
#[serde(deny_unknown_fields)]
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
    /// The argv of the process that wrote, if the build was observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
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
