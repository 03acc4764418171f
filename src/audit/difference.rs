//! How one object differs from its former state; pure.

use crate::audit::change::{Change, ChangeKind, FieldChange};
use crate::audit::node::{Node, Time};
use crate::text::hex::hex;

/// Extended attributes that overlayfs itself keeps in an upper directory (`userxattr`).
const OVERLAY_PREFIX: &[u8] = b"user.overlay.";

/// Stands for any time since the build began.
const DURING_BUILD: &str = "during the build";

/// How a path differs from its former self; `None` where it doesn't.
///
/// A time since `started` is reported as such and not by its value: a report of the same
/// inputs has the same bytes. Change times are not looked at, see [`touched`].
pub(crate) fn difference(
    path: &[u8],
    before: &Node,
    after: &Node,
    has_other_content: bool,
    started: i64,
) -> Option<Change> {
    let mut fields = Fields::default();
    fields.note("type", before.kind.as_str(), after.kind.as_str());
    let is_same_type = before.kind == after.kind;
    let mut is_modified = !is_same_type;
    if is_same_type {
        fields.note("size", before.size, after.size);
        if has_other_content {
            fields.push("content", String::new(), String::new());
        }
        let target = |node: &Node| node.target.as_deref().map_or_else(String::new, escaped);
        let is_other_target = fields.note("linkname", target(before), target(after));
        let device = |node: &Node| {
            node.device
                .map_or_else(String::new, |(major, minor)| format!("{major},{minor}"))
        };
        let is_other_device = fields.note("device", device(before), device(after));
        is_modified = has_other_content || is_other_target || is_other_device;
    }
    fields.note(
        "mode",
        format!("{:04o}", before.mode),
        format!("{:04o}", after.mode),
    );
    fields.note("uid", before.uid, after.uid);
    fields.note("gid", before.gid, after.gid);
    for (name, old, new) in [
        ("mtime", before.mtime, after.mtime),
        ("atime", before.atime, after.atime),
    ] {
        if old != new {
            fields.note(name, time(old), time_since(started, new));
        }
    }
    if is_same_type && !before.is_dir() {
        fields.note("nlink", before.links, after.links);
    }
    let names = before.xattrs.keys().chain(
        after
            .xattrs
            .keys()
            .filter(|name| !before.xattrs.contains_key(*name)),
    );
    for name in names.filter(|name| !name.starts_with(OVERLAY_PREFIX)) {
        let value = |node: &Node| {
            node.xattrs
                .get(name)
                .map_or_else(String::new, |value| hex(value))
        };
        fields.note(
            &format!("xattr:{}", escaped(name)),
            value(before),
            value(after),
        );
    }
    if fields.0.is_empty() {
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
        fields: fields.0,
    })
}

/// A path that is what it was, but for its change time: it was written and put back, or
/// given what it had.
pub(crate) fn touched(path: &[u8]) -> Change {
    Change {
        path: path.to_vec(),
        kind: ChangeKind::Metadata,
        // Not by its value: when the outside itself was made decides no report's bytes.
        fields: vec![FieldChange {
            name: "ctime".to_owned(),
            before: "before the build".to_owned(),
            after: DURING_BUILD.to_owned(),
        }],
    }
}

/// A path that is not there on the other side.
pub(crate) fn one_sided(path: &[u8], kind: ChangeKind) -> Change {
    Change {
        path: path.to_vec(),
        kind,
        fields: vec![],
    }
}

#[derive(Default)]
struct Fields(Vec<FieldChange>);

impl Fields {
    fn note(&mut self, name: &str, before: impl ToString, after: impl ToString) -> bool {
        let (before, after) = (before.to_string(), after.to_string());
        let differs = before != after;
        if differs {
            self.push(name, before, after);
        }
        differs
    }

    fn push(&mut self, name: &str, before: String, after: String) {
        self.0.push(FieldChange {
            name: name.to_owned(),
            before,
            after,
        });
    }
}

/// A time, unless it is of the build itself.
fn time_since(started: i64, at: Time) -> String {
    if at.0 >= started {
        return DURING_BUILD.to_owned();
    }
    time(at)
}

/// Seconds since the epoch with nanoseconds.
fn time((seconds, nanoseconds): Time) -> String {
    format!("{seconds}.{nanoseconds:09}")
}

fn escaped(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
