//! Names of maintainer scripts.

use serde::{Deserialize, Serialize};

use crate::debian::maintainer_script::ScriptKind;

/// A maintainer script of a package; the word of the contract is dpkg's name, or `trigger`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub struct ScriptName(pub ScriptKind);

impl From<ScriptName> for &'static str {
    fn from(name: ScriptName) -> Self {
        name.as_str()
    }
}

impl TryFrom<String> for ScriptName {
    type Error = NoScriptName;

    fn try_from(word: String) -> Result<Self, NoScriptName> {
        let script = ScriptKind::from_word(&word);
        script.map(Self).ok_or(NoScriptName { word })
    }
}

/// A word that names no maintainer script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no maintainer script is called `{word}`")]
pub struct NoScriptName {
    word: String,
}
