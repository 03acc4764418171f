//! Reads one overlay's upper directory against its lower one.
//!
//! Whatever a build touched stands in the upper directory: created and copied-up
//! objects as themselves, removals as whiteouts, replaced directories as opaque ones.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::change::{Change, ChangeKind};
use super::node::{Node, compare};
use crate::sandbox::AuditedLayer;

/// A path that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("`{}`: {error}", path.to_string_lossy())]
pub(super) struct AuditError {
    path: PathBuf,
    error: io::Error,
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> AuditError {
    let path = path.to_owned();
    move |error| AuditError { path, error }
}

/// Adds what one layer's build changed.
pub(super) fn read_upper(
    layer: &AuditedLayer,
    changes: &mut Vec<Change>,
) -> Result<(), AuditError> {
    // A slash at the end follows `/proc/self/fd/N` to the directory itself.
    let (lower, upper) = (layer.lower.join(""), layer.upper.join(""));
    let mut pending = vec![Pair {
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
struct Pair {
    outside: PathBuf,
    lower: Option<PathBuf>,
    upper: PathBuf,
    /// Metadata that stand for the lower path's, where they were read before the build.
    before: Option<Metadata>,
    started: i64,
}

impl Pair {
    fn visit(self, pending: &mut Vec<Pair>, changes: &mut Vec<Change>) -> Result<(), AuditError> {
        let Some(after) = Node::read(&self.upper).map_err(at(&self.upper))? else {
            return Ok(());
        };
        let before = match &self.lower {
            Some(lower) => Node::read(lower).map_err(at(lower))?,
            None => None,
        };
        let before = match (before, self.before.clone()) {
            (Some(before), Some(metadata)) => Some(before.with_metadata(metadata)),
            (before, _) => before,
        };
        if after.is_whiteout() {
            return match (&before, &self.lower) {
                (Some(_), Some(lower)) => removed(lower, &self.outside, changes),
                (None, _) | (_, None) => Ok(()),
            };
        }
        let path = self.outside.as_os_str().as_bytes().to_vec();
        match (&before, &self.lower) {
            (Some(before), Some(lower)) => {
                let change = compare(path, (before, lower), (&after, &self.upper), self.started)
                    .map_err(at(&self.upper))?;
                changes.extend(change);
                if before.is_dir() && (!after.is_dir() || after.is_opaque()) {
                    self.replaced_below(lower, changes)?;
                }
            }
            (None, _) | (Some(_), None) => changes.push(Change {
                path,
                kind: ChangeKind::Created,
                fields: vec![],
            }),
        }
        if after.is_dir() {
            let lower = self
                .lower
                .filter(|_| before.as_ref().is_some_and(Node::is_dir));
            for name in names(&self.upper)? {
                pending.push(Pair {
                    outside: self.outside.join(&name),
                    lower: lower.as_ref().map(|lower| lower.join(&name)),
                    upper: self.upper.join(&name),
                    before: None,
                    started: self.started,
                });
            }
        }
        Ok(())
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

/// A path of the lower tree is removed, and everything below it.
fn removed(lower: &Path, outside: &Path, changes: &mut Vec<Change>) -> Result<(), AuditError> {
    changes.push(Change {
        path: outside.as_os_str().as_bytes().to_vec(),
        kind: ChangeKind::Removed,
        fields: vec![],
    });
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
