//! The root that the layers of an image make: OCI image layer 1.1, "Applying Changesets".

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;

use crate::any::nested::archive::Place;
use crate::compare::flatten::EntryOfLayer;
use crate::tar::entry::{Entry, EntryKind};
use crate::tar::written::{WrittenEntry, WrittenKind};

/// What stands before the name that a layer takes away.
const WHITEOUT: &[u8] = b".wh.";
/// The entry by which a directory hides what lower layers have in it.
const OPAQUE: &[u8] = b".wh..wh..opq";
/// Symbolic links that are followed on the way to one directory, as the kernel does
/// (`path_resolution(7)`).
const LINKS: usize = 40;

/// What a name stands for, whatever its names are.
#[derive(Debug)]
pub(crate) struct Inode {
    /// Its fields; path, and what hard links say, are of no account.
    pub(crate) entry: WrittenEntry,
    /// Its content, if it is a file.
    pub(crate) content: Option<Place>,
    /// How many names it has.
    pub(crate) names: u64,
}

#[derive(Debug, Clone, Copy)]
struct Name {
    inode: usize,
    /// The layer that gave the name, from 1.
    layer: usize,
}

/// Names and inodes. A name's components are separated by NUL, so that they stand in the order in
/// which a directory is walked.
#[derive(Debug, Default)]
pub(crate) struct Root {
    names: BTreeMap<Vec<u8>, Name>,
    pub(crate) inodes: Vec<Inode>,
}

impl Root {
    /// How many names there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Names with slashes, and the numbers of their inodes, in the order in which a directory is
    /// walked.
    pub(crate) fn names(&self) -> VecDeque<(Vec<u8>, usize)> {
        let slashed = |key: &[u8]| key.split(|byte| *byte == 0).collect::<Vec<_>>().join(&b'/');
        let names = self.names.iter();
        names
            .map(|(key, name)| (slashed(key), name.inode))
            .collect()
    }

    /// Puts an entry of a layer over what lower layers left. Layers are numbered from 1.
    ///
    /// # Errors
    /// It has no place in a root.
    pub(crate) fn put(
        &mut self,
        layer: usize,
        entry: &Entry,
        content: Place,
    ) -> Result<(), EntryOfLayer> {
        let mut path = components(&entry.path)?;
        let Some(base) = path.pop() else {
            // The root directory itself.
            return self.insert(layer, Vec::new(), entry, content);
        };
        let parent = self.resolved(path)?;
        if base == OPAQUE {
            self.hide(&parent, layer);
            return Ok(());
        }
        // Notes of aufs to itself.
        if base.starts_with(b".wh..wh.") {
            return Ok(());
        }
        if let Some(hidden) = base.strip_prefix(WHITEOUT) {
            if matches!(hidden, b"" | b"." | b"..") {
                return Err(EntryOfLayer::Whiteout);
            }
            let key = join(&parent, hidden);
            self.hide(&key, layer);
            if self.names.get(&key).is_some_and(|name| name.layer < layer) {
                self.remove(&key);
            }
            return Ok(());
        }
        self.insert(layer, join(&parent, &base), entry, content)
    }

    fn insert(
        &mut self,
        layer: usize,
        key: Vec<u8>,
        entry: &Entry,
        content: Place,
    ) -> Result<(), EntryOfLayer> {
        let inode = if entry.kind == EntryKind::HardLink {
            let mut path = components(&entry.linkname)?;
            let base = path.pop().ok_or(EntryOfLayer::Link)?;
            let target = join(&self.resolved(path)?, &base);
            let target = self.names.get(&target).ok_or(EntryOfLayer::Link)?.inode;
            if self.is(target, WrittenKind::Directory) {
                return Err(EntryOfLayer::Link);
            }
            target
        } else {
            let written = written(entry).ok_or(EntryOfLayer::Kind)?;
            let content = (written.kind == WrittenKind::File).then_some(content);
            self.inodes.push(Inode {
                entry: written,
                content,
                names: 0,
            });
            self.inodes.len() - 1
        };
        let was = self.names.get(&key).map(|name| name.inode);
        let stays = self.is(inode, WrittenKind::Directory)
            && was.is_some_and(|was| self.is(was, WrittenKind::Directory));
        if !stays && was.is_some() && !key.is_empty() {
            self.remove_below(&key, usize::MAX);
        }
        self.count(inode, 1);
        if let Some(was) = was {
            self.count(was, -1);
        }
        self.names.insert(key, Name { inode, layer });
        Ok(())
    }

    fn is(&self, inode: usize, kind: WrittenKind) -> bool {
        self.inodes
            .get(inode)
            .is_some_and(|inode| inode.entry.kind == kind)
    }

    fn count(&mut self, inode: usize, by: i64) {
        if let Some(inode) = self.inodes.get_mut(inode) {
            inode.names = inode.names.saturating_add_signed(by);
        }
    }

    /// Takes away what layers below this one have in a directory.
    fn hide(&mut self, directory: &[u8], layer: usize) {
        self.remove_below(directory, layer);
    }

    fn remove(&mut self, key: &[u8]) {
        if let Some(name) = self.names.remove(key) {
            self.count(name.inode, -1);
        }
    }

    /// Removes the names below a directory that layers before this one gave.
    fn remove_below(&mut self, directory: &[u8], layer: usize) {
        let range = match directory {
            [] => (Bound::Excluded(Vec::new()), Bound::Unbounded),
            directory => (
                Bound::Included([directory, &[0]].concat()),
                Bound::Excluded([directory, &[1]].concat()),
            ),
        };
        let below = self.names.range(range);
        let gone: Vec<Vec<u8>> = below
            .filter(|(_, name)| name.layer < layer)
            .map(|(key, _)| key.clone())
            .collect();
        gone.iter().for_each(|key| self.remove(key));
    }

    /// The directory of a path, through symbolic links, which do not lead out of the root.
    fn resolved(&self, path: Vec<Vec<u8>>) -> Result<Vec<u8>, EntryOfLayer> {
        let mut to_come: VecDeque<Vec<u8>> = path.into();
        let mut done: Vec<Vec<u8>> = Vec::new();
        let mut links = 0;
        while let Some(component) = to_come.pop_front() {
            match &component[..] {
                b"" | b"." => continue,
                b".." => {
                    let _ = done.pop();
                    continue;
                }
                _ => done.push(component),
            }
            let inode = self.names.get(&done.join(&0)).map(|name| name.inode);
            let inode = inode.and_then(|inode| self.inodes.get(inode));
            let Some(link) = inode.filter(|inode| inode.entry.kind == WrittenKind::Symlink) else {
                continue;
            };
            links += 1;
            if links > LINKS {
                return Err(EntryOfLayer::Links);
            }
            let target = &link.entry.linkname;
            let _ = done.pop();
            if target.starts_with(b"/") {
                done.clear();
            }
            for component in target.split(|byte| *byte == b'/').rev() {
                to_come.push_front(component.to_vec());
            }
        }
        Ok(done.join(&0))
    }
}

/// The components of a name, without empty ones.
fn components(name: &[u8]) -> Result<Vec<Vec<u8>>, EntryOfLayer> {
    let parts = name.split(|byte| *byte == b'/');
    let parts: Vec<&[u8]> = parts.filter(|part| !matches!(*part, b"" | b".")).collect();
    if parts.iter().any(|part| *part == b".." || part.contains(&0)) {
        return Err(EntryOfLayer::Outside);
    }
    Ok(parts.into_iter().map(<[u8]>::to_vec).collect())
}

fn join(parent: &[u8], base: &[u8]) -> Vec<u8> {
    match parent {
        [] => base.to_vec(),
        parent => [parent, &[0], base].concat(),
    }
}

/// The fields that a directory has too; `None` if one of them cannot be read.
fn written(entry: &Entry) -> Option<WrittenEntry> {
    let kind = match entry.kind {
        EntryKind::File | EntryKind::Contiguous => WrittenKind::File,
        EntryKind::Symlink => WrittenKind::Symlink,
        EntryKind::CharDevice => WrittenKind::CharDevice,
        EntryKind::BlockDevice => WrittenKind::BlockDevice,
        EntryKind::Directory => WrittenKind::Directory,
        EntryKind::Fifo => WrittenKind::Fifo,
        EntryKind::HardLink | EntryKind::Other(_) => return None,
    };
    let is_device = matches!(kind, WrittenKind::CharDevice | WrittenKind::BlockDevice);
    let number = |value: u64| u32::try_from(value).ok();
    let (seconds, nanoseconds) = entry.mtime.since_1970()?;
    let attributes = entry.xattrs.iter().map(|(name, value)| {
        let key = [b"SCHILY.xattr.", &name[..]].concat();
        (key, value.clone())
    });
    let acls = entry.acls.iter().map(|(name, value)| {
        let key = [b"SCHILY.acl.", &name[..]].concat();
        (key, value.clone())
    });
    if entry.sparse.is_some() {
        return None;
    }
    Some(WrittenEntry {
        kind,
        mode: number(entry.mode.as_size()?)? & 0o7777,
        uid: entry.uid.as_size()?,
        gid: entry.gid.as_size()?,
        seconds,
        nanoseconds,
        linkname: match kind {
            WrittenKind::Symlink => entry.linkname.clone(),
            _ => Vec::new(),
        },
        major: if is_device {
            number(entry.device.major.as_size()?)?
        } else {
            0
        },
        minor: if is_device {
            number(entry.device.minor.as_size()?)?
        } else {
            0
        },
        records: attributes.chain(acls).collect(),
        ..WrittenEntry::file(
            b"",
            if kind == WrittenKind::File {
                entry.size
            } else {
                0
            },
        )
    })
}
