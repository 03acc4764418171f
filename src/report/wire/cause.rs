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
    /// What to do about it, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// A bug report about it: a URL or number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bug: Option<String>,
}
