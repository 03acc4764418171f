//! Everything of a file system object that the audit holds against its former state.
//!
//! Change time, inode number and link count are left out: a copy-up changes them
//! without anybody having done anything.

use std::collections::BTreeMap;
use std::fs::{self, FileType, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use super::change::{Change, ChangeKind, FieldChange};

/// Extended attributes that overlayfs itself keeps in an upper directory (`userxattr`).
const OVERLAY_PREFIX: &[u8] = b"user.overlay.";

/// Largest value of one extended attribute (xattr(7)), and of one list of names.
const XATTR_MAX: usize = 65_536;

/// Stands for any time since the build began.
const DURING_BUILD: &str = "during the build";

/// A path's state.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) metadata: Metadata,
    xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Node {
    /// Reads one path without following it; `None` where there is nothing.
    pub(super) fn read(path: &Path) -> io::Result<Option<Self>> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        Ok(Some(Self {
            metadata,
            xattrs: xattrs(path)?,
        }))
    }

    /// The same with metadata that were read before.
    pub(super) fn with_metadata(self, metadata: Metadata) -> Self {
        Self { metadata, ..self }
    }

    /// Overlayfs records a removal as a 0:0 character device (kernel, overlayfs.rst).
    pub(super) fn is_whiteout(&self) -> bool {
        self.metadata.file_type().is_char_device() && self.metadata.rdev() == 0
    }

    pub(super) fn is_dir(&self) -> bool {
        self.metadata.is_dir()
    }

    /// Whether nothing of the lower directory shows through this one.
    pub(super) fn is_opaque(&self) -> bool {
        self.xattrs
            .get(&b"user.overlay.opaque"[..])
            .is_some_and(|value| value == b"y")
    }

    fn type_word(&self) -> &'static str {
        type_word(self.metadata.file_type())
    }
}

/// How a path differs from its former self; `None` where it doesn't.
///
/// A time since `started` is reported as such and not by its value: a report of the same
/// inputs has the same bytes.
pub(super) fn compare(
    path: Vec<u8>,
    (before, before_path): (&Node, &Path),
    (after, after_path): (&Node, &Path),
    started: i64,
) -> io::Result<Option<Change>> {
    let mut fields = Vec::new();
    let mut note = |name: &str, before: String, after: String| {
        if before != after {
            fields.push(FieldChange {
                name: name.to_owned(),
                before,
                after,
            });
        }
    };
    let (old, new) = (&before.metadata, &after.metadata);
    note(
        "type",
        before.type_word().to_owned(),
        after.type_word().to_owned(),
    );
    let is_same_type = before.type_word() == after.type_word();
    let mut is_modified = !is_same_type;
    if is_same_type && old.is_file() {
        note("size", old.len().to_string(), new.len().to_string());
        if old.len() != new.len() || !is_same_content(before_path, after_path)? {
            is_modified = true;
            fields.push(FieldChange {
                name: "content".to_owned(),
                before: String::new(),
                after: String::new(),
            });
        }
    }
    let mut note = |name: &str, before: String, after: String| {
        let differs = before != after;
        if differs {
            fields.push(FieldChange {
                name: name.to_owned(),
                before,
                after,
            });
        }
        differs
    };
    if is_same_type && old.is_symlink() {
        let read = |path| fs::read_link(path).map(|target| bstr(target.as_os_str().as_bytes()));
        is_modified |= note("linkname", read(before_path)?, read(after_path)?);
    }
    if is_same_type {
        is_modified |= note("device", device(old), device(new));
    }
    note(
        "mode",
        format!("{:04o}", old.mode() & 0o7777),
        format!("{:04o}", new.mode() & 0o7777),
    );
    note("uid", old.uid().to_string(), new.uid().to_string());
    note("gid", old.gid().to_string(), new.gid().to_string());
    let times = |node: &Metadata| {
        [
            ("mtime", node.mtime(), node.mtime_nsec()),
            ("atime", node.atime(), node.atime_nsec()),
        ]
    };
    for (before, after) in times(old).into_iter().zip(times(new)) {
        if before != after {
            note(
                before.0,
                time(before.1, before.2),
                time_since(started, after.1, after.2),
            );
        }
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
        note(
            &format!("xattr:{}", bstr(name)),
            value(before),
            value(after),
        );
    }
    if fields.is_empty() {
        return Ok(None);
    }
    let kind = if is_modified {
        ChangeKind::Modified
    } else {
        ChangeKind::Metadata
    };
    Ok(Some(Change { path, kind, fields }))
}

fn type_word(kind: FileType) -> &'static str {
    if kind.is_file() {
        "file"
    } else if kind.is_dir() {
        "directory"
    } else if kind.is_symlink() {
        "symlink"
    } else if kind.is_char_device() {
        "char-device"
    } else if kind.is_block_device() {
        "block-device"
    } else if kind.is_fifo() {
        "fifo"
    } else {
        "socket"
    }
}

fn device(metadata: &Metadata) -> String {
    let kind = metadata.file_type();
    if !kind.is_char_device() && !kind.is_block_device() {
        return String::new();
    }
    let number = metadata.rdev();
    format!(
        "{},{}",
        rustix::fs::major(number),
        rustix::fs::minor(number)
    )
}

/// A time, unless it is of the build itself.
fn time_since(started: i64, seconds: i64, nanoseconds: i64) -> String {
    if seconds >= started {
        return DURING_BUILD.to_owned();
    }
    time(seconds, nanoseconds)
}

/// Seconds since the epoch with nanoseconds.
fn time(seconds: i64, nanoseconds: i64) -> String {
    format!("{seconds}.{nanoseconds:09}")
}

fn bstr(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn xattrs(path: &Path) -> io::Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    let mut names = vec![0; XATTR_MAX];
    let length = match rustix::fs::llistxattr(path, &mut names[..]) {
        Ok(length) => length,
        Err(rustix::io::Errno::NOTSUP) => return Ok(BTreeMap::new()),
        Err(error) => return Err(error.into()),
    };
    names.truncate(length);
    let mut found = BTreeMap::new();
    for name in names
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
    {
        let mut value = vec![0; XATTR_MAX];
        match rustix::fs::lgetxattr(path, name, &mut value[..]) {
            Ok(length) => value.truncate(length),
            // Listed, but kept from this namespace (`trusted.*`).
            Err(
                rustix::io::Errno::NODATA | rustix::io::Errno::PERM | rustix::io::Errno::NOTSUP,
            ) => continue,
            Err(error) => return Err(error.into()),
        }
        found.insert(name.to_vec(), value);
    }
    Ok(found)
}

fn is_same_content(left: &Path, right: &Path) -> io::Result<bool> {
    let (mut left, mut right) = (fs::File::open(left)?, fs::File::open(right)?);
    let (mut left_chunk, mut right_chunk) = (Vec::new(), Vec::new());
    loop {
        left_chunk.clear();
        right_chunk.clear();
        left.by_ref()
            .take(128 * 1024)
            .read_to_end(&mut left_chunk)?;
        right
            .by_ref()
            .take(128 * 1024)
            .read_to_end(&mut right_chunk)?;
        if left_chunk != right_chunk {
            return Ok(false);
        }
        if left_chunk.is_empty() {
            return Ok(true);
        }
    }
}
