//! What explains divergences.

use serde::{Deserialize, Serialize};

use crate::report::wire::script::ScriptName;

/// What explains one or more divergences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Unique in its report or row of the matrix: a number, from 1.
    pub id: String,
    /// Id of the rule that found it.
    pub rule: String,
    /// The cause in one line.
    pub title: String,
    /// How many divergent entries it explains.
    pub entries: u64,
    /// The binary package whose script it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The maintainer script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<ScriptName>,
    /// What it rests on, one line each.
    pub evidence: Vec<String>,
    /// The lines that it is about, of files that many scripts write.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<CauseLines>,
    /// What to do about it, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// A bug report about it: a URL or number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bug: Option<String>,
}

/// Lines of one file that a cause is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CauseLines {
    /// The `path` of the divergent entry.
    pub path: String,
    /// Lines that the left file has more often, quoted where they are not plain text.
    pub left: Vec<String>,
    /// Lines that the right file has more often.
    pub right: Vec<String>,
}
