//! Mounts that a build left behind, or took away. They hide what is below them, so each is a change
//! of its place.

use crate::audit::change::{Change, ChangeKind, FieldChange};
use crate::audit::value::{AuditedField, Value};
use crate::sandbox::mount_change::MountChange;

/// The changes of these places.
pub(crate) fn changes(mounts: &[MountChange]) -> impl Iterator<Item = Change> {
    mounts.iter().map(|mount| {
        let value = |kind: &Option<String>| kind.as_ref().map(|kind| Value::Mount(kind.clone()));
        Change {
            path: mount.path.clone().into_bytes(),
            kind: ChangeKind::Modified,
            fields: vec![FieldChange {
                field: AuditedField::Mount,
                before: value(&mount.before),
                after: value(&mount.after),
            }],
        }
    })
}
