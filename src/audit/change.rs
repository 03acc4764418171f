//! One change of the outside, in the words of the report contract.

use serde::{Deserialize, Serialize};

/// What happened to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It was not there before.
    Created,
    /// Its content, type or link target is another.
    Modified,
    /// It is no longer there.
    Removed,
    /// Only mode, owner, times or extended attributes are others.
    Metadata,
}

impl ChangeKind {
    /// The contract's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Modified => "modified",
            Self::Removed => "removed",
            Self::Metadata => "metadata",
        }
    }
}

/// One field that changed; names as for divergences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// `mode`, `mtime`, `xattr:NAME`, …
    pub name: String,
    /// The value before; empty where there was none.
    pub before: String,
    /// The value after; empty where there is none.
    pub after: String,
}

impl Change {
    /// Whether nothing but the change time is another.
    #[must_use]
    pub fn is_touch(&self) -> bool {
        matches!(self.fields.as_slice(), [field] if field.name == "ctime")
    }
}

/// One changed path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Absolute path on the outside, any bytes but NUL.
    pub path: Vec<u8>,
    /// What happened.
    pub kind: ChangeKind,
    /// What differs, for [`ChangeKind::Modified`] and [`ChangeKind::Metadata`].
    pub fields: Vec<FieldChange>,
}
