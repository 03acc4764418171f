//! Which of the entries of its name an entry is.

use std::io;

use crate::compare::pairing::index::Index;
use crate::compare::pairing::key::Key;
use crate::compare::spill::vec::SpillVec;

/// The entries of one archive that are asked for, and which of their name each is.
///
/// It takes 8 bytes an entry that is asked for, and 32 more while it counts.
#[derive(Debug, Default)]
pub(crate) struct Occurrences {
    /// By record number.
    found: Vec<Occurrence>,
}

#[derive(Debug, Clone, Copy)]
struct Occurrence {
    /// Number of the record.
    number: u32,
    /// From 1; the last number stands for all beyond it.
    occurrence: u32,
}

/// How many entries of a name were met.
#[derive(Debug)]
struct Count {
    key: Key,
    entries: u32,
}

impl Occurrences {
    /// Counts for the records `wanted` of an index. `before` has the first halves of the keys of
    /// the entries before the index.
    pub(crate) fn count(
        index: &Index,
        before: &SpillVec<u64>,
        mut wanted: Vec<u32>,
    ) -> io::Result<Self> {
        wanted.sort_unstable();
        wanted.dedup();
        let mut places = index.places();
        let mut counts = Vec::with_capacity(wanted.len());
        for at in &wanted {
            let key = places.key(*at as usize)?;
            counts.extend(key.map(|key| Count { key, entries: 0 }));
        }
        counts.sort_unstable_by_key(|count| count.key);
        counts.dedup_by_key(|count| count.key);
        if counts.is_empty() {
            return Ok(Self::default());
        }
        for half in before.iter_from(0) {
            let half = half?;
            let at = counts.partition_point(|count| count.key < [half, 0]);
            if let Some(count) = counts.get_mut(at).filter(|count| count.key[0] == half) {
                count.entries = count.entries.saturating_add(1);
            }
        }
        let mut found = Vec::with_capacity(wanted.len());
        let mut wanted = wanted.into_iter().peekable();
        for (at, record) in (0_u32..).zip(index.records.iter_from(0)) {
            let key = record?.key;
            let place = counts.binary_search_by_key(&key, |count| count.key);
            let count = place.ok().and_then(|place| counts.get_mut(place));
            let Some(count) = count else { continue };
            count.entries = count.entries.saturating_add(1);
            if wanted.next_if_eq(&at).is_some() {
                found.push(Occurrence {
                    number: at,
                    occurrence: count.entries,
                });
            }
        }
        Ok(Self { found })
    }

    /// Which of its name a record is, from 1; 1 if it was not asked for.
    pub(crate) fn of(&self, number: u32) -> u64 {
        let at = self.found.binary_search_by_key(&number, |one| one.number);
        let found = at.ok().and_then(|at| self.found.get(at));
        found.map_or(1, |one| u64::from(one.occurrence))
    }
}
