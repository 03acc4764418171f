//! One change of the outside.

use serde::{Deserialize, Serialize};

use crate::audit::value::{AuditedField, Value};

/// What happened to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It was not there before.
    Created,
    /// Its content, type, device number or link target is another.
    Modified,
    /// It is no longer there.
    Removed,
    /// Only mode, owner, times or extended attributes are others.
    Metadata,
}

impl ChangeKind {
    /// Its name in reports.
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

/// One field that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field.
    pub field: AuditedField,
    /// The value before; `None` if there was none.
    pub before: Option<Value>,
    /// The value after; `None` if there is none.
    pub after: Option<Value>,
}

impl Change {
    /// Whether nothing but the change time is another.
    #[must_use]
    pub fn is_touch(&self) -> bool {
        matches!(self.fields.as_slice(), [field] if field.field == AuditedField::Ctime)
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
