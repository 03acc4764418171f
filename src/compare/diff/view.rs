//! One side of a pair of entries, as the comparisons of its fields see it.

use std::io;

use crate::input::read_at::{Position, ReadAt, read_up_to};
use crate::tar::entry::Entry;
use crate::tar::raw_entry::RawEntry;

/// One side of a pair.
pub(crate) struct View<'input> {
    pub(crate) reader: &'input dyn ReadAt,
    pub(crate) group: RawEntry,
    pub(crate) entry: Entry,
    /// Content before this offset of the archive may read as zeros (the equal part of a stream).
    pub(crate) whole_from: u64,
}

/// Bytes of a content that may hold a sparse map of format 1.0.
const SPARSE_MAP: u64 = 1 << 20;

impl<'input> View<'input> {
    pub(crate) fn new(
        reader: &'input dyn ReadAt,
        group: RawEntry,
        whole_from: u64,
    ) -> io::Result<Self> {
        let mut start = Vec::new();
        let has_map = group
            .ext
            .iter()
            .any(|ext| bstr::ByteSlice::contains_str(ext.data(), b"GNU.sparse.major=1"));
        if has_map {
            start.resize(usize::try_from(group.size.min(SPARSE_MAP)).unwrap_or(0), 0);
            let read = read_up_to(reader, &mut start, group.content)?;
            start.truncate(read);
        }
        let entry = Entry::from_group(&group, &start);
        Ok(Self {
            reader,
            group,
            entry,
            whole_from,
        })
    }

    /// Where the content starts.
    pub(crate) fn content_position(&self) -> Position<'input> {
        Position {
            reader: self.reader,
            offset: self.group.content,
        }
    }

    /// Whether all of the content is there to be read.
    pub(crate) fn is_whole(&self) -> bool {
        self.entry.stored == 0 || self.entry.content >= self.whole_from
    }
}

/// Whether names count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    Equal,
    /// They do not, where a move is looked for.
    Differ,
    /// They do not, because they are digests of contents that differ.
    Digests,
}
