//! What differs: entries, their fields, and aspects of the archives.

use serde::{Deserialize, Serialize};

use crate::report::wire::script::ScriptName;

/// What kind of divergence an entry has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DivergenceName {
    /// Both archives have it, with fields that differ.
    Changed,
    /// Only the left archive has it.
    LeftOnly,
    /// Only the right archive has it.
    RightOnly,
    /// It has another name on the right and is equal in everything else.
    Moved,
    /// It stands elsewhere in the order of entries.
    Reordered,
}

/// One divergent entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DivergentEntry {
    /// The name, in quoted form if it is not UTF-8; of the right side if names differ.
    pub path: String,
    /// The bytes of the name in base64 if it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_base64: Option<String>,
    /// Which entry of this name it is, from 1.
    pub occurrence: u64,
    /// The kind of divergence.
    pub kind: DivergenceName,
    /// Fields that differ.
    pub fields: Vec<DivergentField>,
    /// The name on the left if the entry moved, in the form of `path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The bytes of that name in base64 if it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_base64: Option<String>,
    /// The name on the left, in the form of `path`, of an entry that changed and is called by a
    /// digest of what it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_path: Option<String>,
    /// The bytes of that name in base64 if it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_path_base64: Option<String>,
    /// The name that its own is easily taken for: of an entry that moved or is on one side only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_alike: Option<LookAlike>,
    /// Type, mode, owner and size of the entry in a line if only one archive has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Id of the cause that explains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Ids of all causes, if there are several: each explains lines of its own. The first is
    /// `cause`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// The binary package that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The maintainer script that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<ScriptName>,
}

/// A name on the other side that looks the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookAlike {
    /// The name.
    pub name: String,
    /// The characters of the left name in which the two differ, as `U+00E9 U+0301`, `null` if
    /// there are none.
    pub left: Option<String>,
    /// Those of the right name.
    pub right: Option<String>,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DivergentField {
    /// A field name of the contract.
    pub name: String,
    /// The left value, `null` if there is none.
    pub left: Option<String>,
    /// The right value, `null` if there is none.
    pub right: Option<String>,
    /// What the values mean: a unified difference, a hex window, lines of a reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// One aspect of the archives that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DivergentAspect {
    /// An archive name of the contract.
    pub name: String,
    /// The archive inside the inputs that it is an aspect of, quoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// The left value, `null` if there is none.
    pub left: Option<String>,
    /// The right value, `null` if there is none.
    pub right: Option<String>,
    /// Where and how the values differ.
    pub detail: String,
}
