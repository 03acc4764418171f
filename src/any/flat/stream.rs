//! The archive of a root, in the order and the spelling of a directory's.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::io::{Cursor, Read};

use crate::any::flat::root::Root;
use crate::tar::block::padding_len;
use crate::tar::written::{WrittenEntry, WrittenKind};

/// Reads as the archive of a root.
pub(crate) struct RootStream {
    root: Root,
    /// Names that are still to come.
    names: VecDeque<(Vec<u8>, usize)>,
    /// Of files of several names, the first one.
    first_names: BTreeMap<usize, Vec<u8>>,
    /// The entry in hand.
    current: Box<dyn Read + Send>,
    has_ended: bool,
}

impl RootStream {
    pub(crate) fn new(root: Root) -> Self {
        Self {
            names: root.names(),
            root,
            first_names: BTreeMap::new(),
            current: Box::new(io::empty()),
            has_ended: false,
        }
    }

    /// Begins the next entry; the end, where there is none.
    fn advance(&mut self) {
        let Some((name, number)) = self.names.pop_front() else {
            self.has_ended = true;
            self.current = Box::new(Cursor::new(vec![0; 1024]));
            return;
        };
        let Some(inode) = self.root.inodes.get(number) else {
            return;
        };
        let mut path = [b"./", &name[..]].concat();
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
                self.current = Box::new(Cursor::new(link.headers()));
                return;
            }
            self.first_names.insert(number, path);
        }
        let padding = usize::try_from(padding_len(entry.size)).unwrap_or(0);
        let headers = Cursor::new(entry.headers());
        self.current = match &inode.content {
            Some(place) => Box::new(
                headers
                    .chain(place.section())
                    .chain(Cursor::new(vec![0; padding])),
            ),
            None => Box::new(headers),
        };
    }
}

impl Read for RootStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.current.read(buffer)?;
            if read > 0 || buffer.is_empty() || self.has_ended {
                return Ok(read);
            }
            self.advance();
        }
    }
}
