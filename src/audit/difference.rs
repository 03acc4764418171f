//! How one object differs from its former state; pure.

use crate::audit::change::{Change, ChangeKind, FieldChange};
use crate::audit::node::Node;
use crate::audit::value::{AuditedField, Time, Value};

/// Extended attributes that overlayfs itself keeps in an upper directory (`userxattr`).
const OVERLAY_PREFIX: &[u8] = b"user.overlay.";

/// Two states of one path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct States<'a> {
    pub(crate) before: &'a Node,
    pub(crate) after: &'a Node,
    pub(crate) content: Content,
    /// When the build began, in seconds since 1970.
    pub(crate) started: i64,
}

/// How two contents of a file compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// They are the same, or there is none.
    Same,
    /// They differ.
    Other,
}

/// How a path differs from its former self; `None` if it does not.
///
/// A time since the build began is reported as such and not by its value: a report of the same
/// inputs has the same bytes. Change times are not looked at, see [`touched`].
pub(crate) fn difference(path: &[u8], states: States<'_>) -> Option<Change> {
    let is_same_type = states.before.kind == states.after.kind;
    let mut fields = if is_same_type {
        identity_fields(states)
    } else {
        noted(states, AuditedField::Type, |node| {
            Some(Value::Type(node.kind))
        })
        .into_iter()
        .collect()
    };
    // A file whose size differs has another content, too.
    let is_modified = fields.iter().any(|field| field.field != AuditedField::Size);
    fields.extend(metadata_fields(states));
    if is_same_type && !states.before.is_dir() {
        fields.extend(noted(states, AuditedField::Nlink, |node| {
            Some(Value::Number(node.links))
        }));
    }
    fields.extend(xattr_fields(states));
    if fields.is_empty() {
        return None;
    }
    let kind = if is_modified {
        ChangeKind::Modified
    } else {
        ChangeKind::Metadata
    };
    Some(Change {
        path: path.to_vec(),
        kind,
        fields,
    })
}

/// What makes an object of one type another one: size, content, target, device numbers.
fn identity_fields(states: States<'_>) -> Vec<FieldChange> {
    let size = noted(states, AuditedField::Size, |node| {
        Some(Value::Number(node.size))
    });
    let content = match states.content {
        Content::Same => None,
        Content::Other => Some(FieldChange {
            field: AuditedField::Content,
            before: None,
            after: None,
        }),
    };
    let target = noted(states, AuditedField::Linkname, |node| {
        node.target.clone().map(Value::Target)
    });
    let device = noted(states, AuditedField::Device, |node| {
        node.device.map(|device| Value::Device {
            major: device.major,
            minor: device.minor,
        })
    });
    [size, content, target, device]
        .into_iter()
        .flatten()
        .collect()
}

/// Mode, owner and times.
fn metadata_fields(states: States<'_>) -> Vec<FieldChange> {
    let mode = noted(states, AuditedField::Mode, |node| {
        Some(Value::Mode(node.mode))
    });
    let uid = noted(states, AuditedField::Uid, |node| {
        Some(Value::Number(node.uid.into()))
    });
    let gid = noted(states, AuditedField::Gid, |node| {
        Some(Value::Number(node.gid.into()))
    });
    let time = |field, read: fn(&Node) -> Time| {
        let (before, after) = (read(states.before), read(states.after));
        (before != after).then_some(FieldChange {
            field,
            before: Some(Value::Time(before)),
            after: Some(if after.seconds >= states.started {
                Value::DuringBuild
            } else {
                Value::Time(after)
            }),
        })
    };
    let mtime = time(AuditedField::Mtime, |node| node.mtime);
    let atime = time(AuditedField::Atime, |node| node.atime);
    [mode, uid, gid, mtime, atime]
        .into_iter()
        .flatten()
        .collect()
}

/// Extended attributes, but for those that overlayfs makes: those that there were before, then
/// those that were added.
fn xattr_fields(states: States<'_>) -> Vec<FieldChange> {
    let States { before, after, .. } = states;
    let is_new = |name: &&Vec<u8>| !before.xattrs.contains_key(*name);
    let names = before
        .xattrs
        .keys()
        .chain(after.xattrs.keys().filter(is_new));
    names
        .filter(|name| !name.starts_with(OVERLAY_PREFIX))
        .filter_map(|name| {
            let field = AuditedField::Xattr(name.clone());
            noted(states, field, |node| {
                node.xattrs.get(name).cloned().map(Value::Bytes)
            })
        })
        .collect()
}

/// A field, if its values differ.
fn noted(
    states: States<'_>,
    field: AuditedField,
    value: impl Fn(&Node) -> Option<Value>,
) -> Option<FieldChange> {
    let (before, after) = (value(states.before), value(states.after));
    (before != after).then_some(FieldChange {
        field,
        before,
        after,
    })
}

/// A path that is what it was, but for its change time: it was written and put back, or given
/// what it had.
pub(crate) fn touched(path: &[u8]) -> Change {
    Change {
        path: path.to_vec(),
        kind: ChangeKind::Metadata,
        // Not by its value: when the outside itself was made must not decide a report's bytes.
        fields: vec![FieldChange {
            field: AuditedField::Ctime,
            before: Some(Value::BeforeBuild),
            after: Some(Value::DuringBuild),
        }],
    }
}

/// A path that was there only before, or is there only after.
pub(crate) fn one_sided(path: &[u8], kind: ChangeKind) -> Change {
    Change {
        path: path.to_vec(),
        kind,
        fields: vec![],
    }
}
