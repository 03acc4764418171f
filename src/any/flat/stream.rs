//! The archive of a root, in the order and the spelling of a directory's.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::io::{Cursor, Read};

use crate::any::flat::root::Root;
use crate::any::sequence::{Part, archive, entry as entry_with};
use crate::tar::written::{WrittenEntry, WrittenKind};

/// The archive of a root, as a stream.
pub(crate) fn stream(root: Root) -> impl Read + Send {
    archive(RootEntries {
        names: root.names(),
        root,
        first_names: BTreeMap::new(),
    })
}

/// The entries of a root.
struct RootEntries {
    root: Root,
    /// Names that are still to come.
    names: VecDeque<(Vec<u8>, usize)>,
    /// Of files of several names, the first one.
    first_names: BTreeMap<usize, Vec<u8>>,
}

impl RootEntries {
    /// An entry of this name; `None` if there is nothing that it names.
    fn entry(&mut self, name: &[u8], number: usize) -> Option<Part> {
        let inode = self.root.inodes.get(number)?;
        let mut path = [b"./", name].concat();
        if inode.entry.kind == WrittenKind::Directory && !name.is_empty() {
            path.push(b'/');
        }
        let entry = WrittenEntry {
            path: path.clone(),
            ..inode.entry.clone()
        };
        if inode.names > 1 {
            if let Some(first) = self.first_names.get(&number) {
                let link = WrittenEntry {
                    kind: WrittenKind::HardLink,
                    linkname: first.clone(),
                    size: 0,
                    major: 0,
                    minor: 0,
                    records: Vec::new(),
                    ..entry
                };
                return Some(Box::new(Cursor::new(link.headers())));
            }
            self.first_names.insert(number, path);
        }
        Some(match &inode.content {
            Some(place) => entry_with(entry.headers(), entry.size, place.section()),
            None => Box::new(Cursor::new(entry.headers())),
        })
    }
}

impl Iterator for RootEntries {
    type Item = io::Result<Part>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (name, number) = self.names.pop_front()?;
            if let Some(entry) = self.entry(&name, number) {
                return Some(Ok(entry));
            }
        }
    }
}
