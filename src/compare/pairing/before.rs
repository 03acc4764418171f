//! The entries that are equal on both sides, before the first difference.

use std::io;

use crate::compare::pairing::hard_link::HardLink;
use crate::compare::pairing::key::key;
use crate::compare::spill::vec::SpillVec;
use crate::tar::raw_entry::RawEntry;

/// What is kept of them: 8 bytes each, and 32 more of a hard link.
#[derive(Debug)]
pub(crate) struct Before {
    /// First halves of the digests of their names.
    pub(crate) keys: SpillVec<u64>,
    pub(crate) links: SpillVec<HardLink>,
    /// Whether the last one is a hard link.
    ends_in_link: bool,
}

impl Before {
    /// Nothing; at most `limit` entries are held in memory.
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            keys: SpillVec::new(limit),
            links: SpillVec::new(limit),
            ends_in_link: false,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        self.keys.len() as u64
    }

    /// # Errors
    /// A temporary file cannot be written.
    pub(crate) fn push(&mut self, entry: &RawEntry) -> io::Result<()> {
        let [half, _] = key(&entry.path);
        let link = HardLink::of(entry, key);
        self.ends_in_link = link.is_some();
        link.map_or(Ok(()), |link| self.links.push(link))?;
        self.keys.push(half)
    }

    /// Takes the last entry away again, once.
    ///
    /// # Errors
    /// A temporary file cannot be read.
    pub(crate) fn pop(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.ends_in_link) {
            let _ = self.links.pop()?;
        }
        self.keys.pop().map(|_| ())
    }
}
