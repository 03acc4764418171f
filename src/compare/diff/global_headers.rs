//! Global extended headers: their bytes, and where they stand among the entries.

use std::io;

use crate::compare::archive_divergence::{ArchiveDivergence, GlobalHeader, GlobalRecord};
use crate::compare::pairing::index::{GlobalAt, Index};
use crate::compare::pairing::pair::Pair;
use crate::compare::side::Sides;
use crate::compare::spill::vec::SpillVec;
use crate::tar::pax::records;

/// Compares the global headers of both sides, n-th with n-th. `moved` are the positions of
/// pairs that stand elsewhere.
pub(crate) fn compare(
    left: &Index,
    right: &Index,
    pairs: &SpillVec<Pair>,
    moved: &[usize],
) -> io::Result<Vec<ArchiveDivergence>> {
    if left.global_headers.is_empty() && right.global_headers.is_empty() {
        return Ok(Vec::new());
    }
    let (mut olds, mut news) = (StableReader::new(left), StableReader::new(right));
    for (at, pair) in pairs.iter_from(0).enumerate() {
        let pair = pair?;
        if moved.binary_search(&at).is_err() {
            olds.pass(pair.left);
            news.pass(pair.right);
        }
    }
    let (olds, news) = (olds.finish(), news.finish());
    let mut found = Vec::new();
    for at in 0..left.global_headers.len().max(right.global_headers.len()) {
        let (old, new) = (left.global_headers.get(at), right.global_headers.get(at));
        if let (Some(old), Some(new)) = (old, new) {
            let same = old.ext.block == new.ext.block && old.ext.padded == new.ext.padded;
            if same && olds.get(at) == news.get(at) {
                continue;
            }
        }
        found.push(ArchiveDivergence::GlobalHeader(Sides {
            left: old.map(header),
            right: new.map(header),
        }));
    }
    Ok(found)
}

/// Counts the steady pairs that stand before each global header of one side.
struct StableReader<'index> {
    headers: std::iter::Peekable<std::slice::Iter<'index, GlobalAt>>,
    passed: u64,
    counts: Vec<u64>,
}

impl<'index> StableReader<'index> {
    fn new(index: &'index Index) -> Self {
        Self {
            headers: index.global_headers.iter().peekable(),
            passed: 0,
            counts: Vec::new(),
        }
    }

    /// Passes the next entry, in the order of the archive.
    fn pass(&mut self, entry: u32) {
        while self
            .headers
            .next_if(|header| header.before <= entry as usize)
            .is_some()
        {
            self.counts.push(self.passed);
        }
        self.passed += 1;
    }

    fn finish(mut self) -> Vec<u64> {
        self.counts.extend(self.headers.map(|_| self.passed));
        self.counts
    }
}

fn header(global: &GlobalAt) -> GlobalHeader {
    let records = records(global.ext.data()).unwrap_or_default();
    let records = records.iter().map(|record| GlobalRecord {
        key: record.key.to_vec(),
        value: record.value.to_vec(),
    });
    GlobalHeader {
        offset: global.ext.offset,
        records: records.collect(),
    }
}
