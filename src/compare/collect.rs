//! Contents of small files that a later stage asked for.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use crate::input::read_at::{ReadAt, read_up_to};
use crate::tar::entry_path::EntryPath;
use crate::tar::raw_entry::RawEntry;

/// Largest file that is collected, in bytes.
const ONE: u64 = 16 << 20;

/// Most bytes that are collected of each side.
const ALL: u64 = 256 << 20;

/// Collects contents while an archive is walked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Collector {
    wanted: Option<fn(&[u8]) -> bool>,
    pub(crate) found: BTreeMap<Vec<u8>, Arc<Vec<u8>>>,
    bytes: u64,
}

impl Collector {
    pub(crate) fn new(wanted: Option<fn(&[u8]) -> bool>) -> Self {
        Self {
            wanted,
            ..Self::default()
        }
    }

    /// Whether a group's content is wanted and small enough; counts it if so.
    pub(crate) fn wants(&mut self, group: &RawEntry) -> bool {
        let wanted = self
            .wanted
            .is_some_and(|wanted| wanted(EntryPath::new(&group.path).as_bytes()));
        let regular = matches!(group.block.typeflag(), 0 | b'0' | b'7');
        let fits = group.size <= ONE && self.bytes + group.size <= ALL;
        if wanted && regular && fits {
            self.bytes += group.size;
        }
        wanted && regular && fits
    }

    pub(crate) fn insert(&mut self, group: &RawEntry, content: Vec<u8>) {
        self.found.insert(
            EntryPath::new(&group.path).as_bytes().to_vec(),
            Arc::new(content),
        );
    }

    pub(crate) fn visit(&mut self, reader: &dyn ReadAt, group: &RawEntry) -> io::Result<()> {
        if group.content + group.size > reader.length() || !self.wants(group) {
            return Ok(());
        }
        let mut content = vec![0; usize::try_from(group.size).unwrap_or(0)];
        let read = read_up_to(reader, &mut content, group.content)?;
        content.truncate(read);
        self.insert(group, content);
        Ok(())
    }
}
