//! A hard link, and what it leads to, as digests of their names.

use crate::compare::pairing::key::Key;
use crate::compare::spill::vec::{FixedSize, part};
use crate::tar::entry::{Entry, EntryKind};
use crate::tar::raw_entry::RawEntry;

/// A hard link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HardLink {
    pub(crate) name: Key,
    pub(crate) target: Key,
}

impl HardLink {
    /// That of an entry, if it is one; `digest` makes the digest of a name.
    pub(crate) fn of(entry: &RawEntry, digest: fn(&[u8]) -> Key) -> Option<Self> {
        if entry.block.typeflag() != b'1' {
            return None;
        }
        let decoded = Entry::from_group(entry, &[]);
        (decoded.kind == EntryKind::HardLink).then(|| Self {
            name: digest(&decoded.path),
            target: digest(&decoded.linkname),
        })
    }
}

impl FixedSize for HardLink {
    const BYTES: usize = 32;

    fn write(self, out: &mut Vec<u8>) {
        for half in [self.name, self.target].concat() {
            half.write(out);
        }
    }

    fn read(bytes: &[u8]) -> Self {
        let half = |at| u64::from_ne_bytes(part(bytes, at));
        Self {
            name: [half(0), half(8)],
            target: [half(16), half(24)],
        }
    }
}
