//! Reads one overlay's upper directory against its lower one.
//!
//! Whatever a build touched stands in the upper directory: created and copied-up
//! objects as themselves, removals as whiteouts, replaced directories as opaque ones.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::audit::change::{Change, ChangeKind};
use crate::audit::difference::{Content, States, difference, one_sided, touched};
use crate::audit::error::{AuditError, at};
use crate::audit::node::{DeviceNumbers, Node};
use crate::audit::value::ObjectType;
use crate::sandbox::trees::AuditedLayer;

/// Adds what one layer's build changed.
pub(crate) fn read_upper(
    layer: &AuditedLayer,
    changes: &mut Vec<Change>,
) -> Result<(), AuditError> {
    // A slash at the end follows `/proc/self/fd/N` to the directory itself.
    let (lower, upper) = (layer.lower.join(""), layer.upper.join(""));
    let mut pending = vec![OverlaidPath {
        outside: layer.target.clone(),
        lower: Some(lower),
        upper,
        before: Some(layer.root_before.clone()),
        started: layer.started,
    }];
    while let Some(pair) = pending.pop() {
        pair.visit(&mut pending, changes)?;
    }
    Ok(())
}

/// One path in both directories; `lower` is `None` below something that is new.
struct OverlaidPath {
    outside: PathBuf,
    lower: Option<PathBuf>,
    upper: PathBuf,
    /// Metadata that were read before the build, to be taken instead of the lower path's.
    before: Option<Metadata>,
    started: i64,
}

impl OverlaidPath {
    /// The object before the build, if there was one.
    fn node_before(&self) -> Result<Option<Node>, AuditError> {
        let before = match &self.lower {
            Some(lower) => Node::read(lower).map_err(at(lower))?,
            None => None,
        };
        Ok(match (before, &self.before) {
            (Some(before), Some(metadata)) => Some(before.with_metadata(metadata)),
            (before, _) => before,
        })
    }

    fn visit(
        self,
        pending: &mut Vec<OverlaidPath>,
        changes: &mut Vec<Change>,
    ) -> Result<(), AuditError> {
        let Some(after) = Node::read(&self.upper).map_err(at(&self.upper))? else {
            return Ok(());
        };
        let before = self.node_before()?;
        if is_whiteout(&after) {
            return match (&before, &self.lower) {
                (Some(_), Some(lower)) => removed(lower, &self.outside, changes),
                (None, _) | (_, None) => Ok(()),
            };
        }
        let names = if after.is_dir() {
            names(&self.upper)?
        } else {
            vec![]
        };
        let path = self.outside.as_os_str().as_bytes();
        match (&before, &self.lower) {
            (Some(before), Some(lower)) => {
                let content = self.content(lower, before, &after)?;
                let states = States {
                    before,
                    after: &with_links_of(before, &after),
                    content,
                    started: self.started,
                };
                let change = difference(path, states);
                // What leads to something touched was not touched itself.
                let is_on_the_way = !names.is_empty() || self.before.is_some();
                changes.extend(change.or_else(|| (!is_on_the_way).then(|| touched(path))));
                if before.is_dir() && (!after.is_dir() || is_opaque(&after)) {
                    self.replaced_below(lower, changes)?;
                }
            }
            (None, _) | (Some(_), None) => changes.push(one_sided(path, ChangeKind::Created)),
        }
        let lower = self
            .lower
            .filter(|_| before.as_ref().is_some_and(Node::is_dir));
        for name in names {
            pending.push(OverlaidPath {
                outside: self.outside.join(&name),
                lower: lower.as_ref().map(|lower| lower.join(&name)),
                upper: self.upper.join(&name),
                before: None,
                started: self.started,
            });
        }
        Ok(())
    }

    fn content(&self, lower: &Path, before: &Node, after: &Node) -> Result<Content, AuditError> {
        let is_same = !(before.is_file() && after.is_file())
            || before.size == after.size
                && is_same_content(lower, &self.upper).map_err(at(&self.upper))?;
        Ok(if is_same {
            Content::Same
        } else {
            Content::Other
        })
    }

    /// A directory of the lower tree was replaced: what is not there again is removed.
    fn replaced_below(&self, lower: &Path, changes: &mut Vec<Change>) -> Result<(), AuditError> {
        for name in names(lower)? {
            let upper = self.upper.join(&name);
            if Node::read(&upper).map_err(at(&upper))?.is_none() {
                removed(&lower.join(&name), &self.outside.join(&name), changes)?;
            }
        }
        Ok(())
    }
}

/// Overlayfs records a removal as a 0:0 character device (kernel, overlayfs.rst).
fn is_whiteout(node: &Node) -> bool {
    let device = DeviceNumbers { major: 0, minor: 0 };
    node.kind == ObjectType::CharDevice && node.device == Some(device)
}

/// Whether nothing of the lower directory shows through this one.
fn is_opaque(node: &Node) -> bool {
    node.xattrs
        .get(&b"user.overlay.opaque"[..])
        .is_some_and(|value| value == b"y")
}

/// A copy-up has one name, however many its original has; only those that were added to it count.
fn with_links_of(before: &Node, after: &Node) -> Node {
    Node {
        links: before.links + after.links.saturating_sub(1),
        ..after.clone()
    }
}

/// A path of the lower tree is removed, and everything below it.
fn removed(lower: &Path, outside: &Path, changes: &mut Vec<Change>) -> Result<(), AuditError> {
    changes.push(one_sided(
        outside.as_os_str().as_bytes(),
        ChangeKind::Removed,
    ));
    if fs::symlink_metadata(lower).map_err(at(lower))?.is_dir() {
        for name in names(lower)? {
            removed(&lower.join(&name), &outside.join(&name), changes)?;
        }
    }
    Ok(())
}

fn names(directory: &Path) -> Result<Vec<OsString>, AuditError> {
    fs::read_dir(directory)
        .and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect())
        .map_err(at(directory))
}

fn is_same_content(left: &Path, right: &Path) -> io::Result<bool> {
    let (mut left, mut right) = (File::open(left)?, File::open(right)?);
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
