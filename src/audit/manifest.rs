//! Every object of one file system with its state, and the digest of every file's content.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, io, thread};

use sha2::{Digest, Sha256};

use crate::audit::error::{AuditError, at};
use crate::audit::node::Node;
use crate::sandbox::progress::ProgressCounter;

/// SHA-256 of a file's content.
pub(crate) type ContentDigest = [u8; 32];

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ManifestEntry {
    pub(crate) node: Node,
    /// Of files only.
    pub(crate) digest: Option<ContentDigest>,
}

/// Every object of a tree by its path from the tree's root, which itself is the empty path.
pub(crate) type Manifest = BTreeMap<PathBuf, ManifestEntry>;

/// Reads a tree, without crossing to other file systems. Contents are read by all cores at once;
/// a file that has inode, size, modification and change time of an `earlier` manifest has its
/// content, too. `counter` counts the objects, and the bytes of what is read.
///
/// # Errors
/// A path that cannot be read; what vanishes meanwhile is not there.
pub(crate) fn manifest(
    root: &Path,
    earlier: Option<&Manifest>,
    counter: &ProgressCounter<'_>,
) -> Result<Manifest, AuditError> {
    let mut manifest = Manifest::new();
    let root = root.join("");
    let mut pending = vec![PathBuf::new()];
    while let Some(path) = pending.pop() {
        let full = root.join(&path);
        let Some(node) = Node::read(&full).map_err(at(&full))? else {
            continue;
        };
        counter.object();
        if node.is_dir() {
            let names = fs::read_dir(&full)
                .and_then(|entries| {
                    entries
                        .map(|entry| Ok(path.join(entry?.file_name())))
                        .collect::<io::Result<Vec<_>>>()
                })
                .map_err(at(&full))?;
            pending.extend(names);
        }
        let digest = earlier.and_then(|earlier| known_digest(earlier.get(&path)?, &node));
        let _ = manifest.insert(path, ManifestEntry { node, digest });
    }
    let unread: Vec<_> = manifest
        .iter_mut()
        .filter(|(_, record)| record.node.is_file() && record.digest.is_none())
        .map(|(path, record)| (root.join(path), &mut record.digest))
        .collect();
    read_contents(unread, counter)?;
    Ok(manifest)
}

fn known_digest(earlier: &ManifestEntry, node: &Node) -> Option<ContentDigest> {
    let same = |node: &Node| (node.inode, node.size, node.mtime, node.ctime);
    earlier.digest.filter(|_| same(&earlier.node) == same(node))
}

fn read_contents(
    files: Vec<(PathBuf, &mut Option<ContentDigest>)>,
    counter: &ProgressCounter<'_>,
) -> Result<(), AuditError> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let slots: Vec<_> = files.into_iter().map(Mutex::new).collect();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let work = || -> Result<(), AuditError> {
            let mut chunk = vec![0; 256 << 10];
            while let Some(slot) = slots.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut slot = slot.lock().unwrap_or_else(|locked| locked.into_inner());
                let (path, digest) = &mut *slot;
                **digest = Some(content_digest(path, &mut chunk, counter).map_err(at(path))?);
            }
            Ok(())
        };
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })
}

fn content_digest(
    path: &Path,
    chunk: &mut [u8],
    counter: &ProgressCounter<'_>,
) -> io::Result<ContentDigest> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    loop {
        let length = file.read(chunk)?;
        match chunk.get(..length) {
            None | Some([]) => return Ok(digest.finalize().into()),
            Some(read) => {
                digest.update(read);
                counter.bytes(length);
            }
        }
    }
}
