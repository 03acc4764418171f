//! Pairing: which left entry goes with which right entry, and who moved.
//!
//! Entries pair by name and occurrence: both sides are sorted by name and merged. What is sorted
//! is in memory up to the limit of entries and in unlinked files beyond it.

use std::cmp::Ordering;
use std::io;

use crate::compare::pairing::index::Index;
use crate::compare::pairing::key::Key;
use crate::compare::pairing::pair::Pair;
use crate::compare::spill::sort::{ExternalSorter, Sorted};
use crate::compare::spill::vec::{FixedSize, SpillVec, part};

/// Pairs of record numbers, in the order of the left archive, and what stays alone.
#[derive(Debug)]
pub(crate) struct Matching {
    pub(crate) pairs: SpillVec<Pair>,
    pub(crate) left_only: Vec<u32>,
    pub(crate) right_only: Vec<u32>,
}

/// A name's digest and the number of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    key: Key,
    at: u32,
}

impl FixedSize for Named {
    const BYTES: usize = 20;

    fn write(self, out: &mut Vec<u8>) {
        let [half, other] = self.key;
        half.write(out);
        other.write(out);
        self.at.write(out);
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            key: [
                u64::from_ne_bytes(part(bytes, 0)),
                u64::from_ne_bytes(part(bytes, 8)),
            ],
            at: u32::from_ne_bytes(part(bytes, 16)),
        }
    }
}

/// Pairs two lists of names. The n-th entry of a name goes with the other side's n-th.
/// `limit` entries a side are held in memory.
pub(crate) fn matching(left: &Index, right: &Index, limit: u64) -> io::Result<Matching> {
    let fewer = left.records.len().min(right.records.len());
    let mut found = Matching {
        pairs: SpillVec::new(limit),
        left_only: Vec::new(),
        right_only: Vec::new(),
    };
    found.pairs.reserve(fewer);
    let aligned = aligned(left, right)?;
    (0..aligned).try_for_each(|at| {
        let (left, right) = (number(at), number(at));
        found.pairs.push(Pair { left, right })
    })?;
    let (old, new) = (
        by_name(left, aligned, limit)?,
        by_name(right, aligned, limit)?,
    );
    let mut pairs = ExternalSorter::new(limit, fewer - aligned);
    let (mut olds, mut news) = (old.merge()?, new.merge()?);
    let (mut old, mut new) = (olds.next()?, news.next()?);
    loop {
        let order = match (old, new) {
            (Some(l), Some(r)) => l.key.cmp(&r.key),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => break,
        };
        match (order, old, new) {
            (Ordering::Equal, Some(l), Some(r)) => pairs.push(Pair {
                left: l.at,
                right: r.at,
            })?,
            (Ordering::Less, Some(l), _) => found.left_only.push(l.at),
            (Ordering::Greater, _, Some(r)) => found.right_only.push(r.at),
            (Ordering::Equal | Ordering::Less | Ordering::Greater, _, _) => {}
        }
        if order != Ordering::Greater {
            old = olds.next()?;
        }
        if order != Ordering::Less {
            new = news.next()?;
        }
    }
    let pairs = pairs.finish()?;
    let mut in_order = pairs.merge()?;
    while let Some(pair) = in_order.next()? {
        found.pairs.push(pair)?;
    }
    found.left_only.sort_unstable();
    found.right_only.sort_unstable();
    Ok(found)
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// How many entries at the start have one name on both sides.
fn aligned(left: &Index, right: &Index) -> io::Result<usize> {
    let mut count = 0;
    let mut news = right.records.iter_from(0);
    for old in left.records.iter_from(0) {
        let Some(new) = news.next() else { break };
        if old?.key != new?.key {
            break;
        }
        count += 1;
    }
    Ok(count)
}

/// Records from `from` on by name, those of one name in the order of the archive.
fn by_name(index: &Index, from: usize, limit: u64) -> io::Result<Sorted<Named>> {
    let mut sorter = ExternalSorter::new(limit, index.records.len() - from);
    for (at, record) in (from..).zip(index.records.iter_from(from)) {
        sorter.push(Named {
            key: record?.key,
            at: number(at),
        })?;
    }
    sorter.finish()
}

/// Positions in `pairs` of the fewest pairs whose removal leaves both sides in one order.
///
/// The choice among equally small sets is the same when the sides are swapped: the work is
/// done from the side whose name is smaller where the two orders part first. Where there is
/// an order to find, it takes 12 bytes of memory a pair, whatever the limit of entries.
pub(crate) fn reordered(
    pairs: &SpillVec<Pair>,
    key_of_left: impl Fn(u32) -> io::Result<Option<Key>>,
) -> io::Result<Vec<usize>> {
    if is_in_order(pairs)? {
        return Ok(Vec::new());
    }
    let by_right = by_right(pairs)?;
    let first_moved = (0..).zip(&by_right).find(|(position, at)| position != *at);
    let key = |at: u32| match pairs.get(at as usize)? {
        Some(pair) => key_of_left(pair.left),
        None => Ok(None),
    };
    let from_left = match first_moved {
        Some((position, at)) => key(position)? < key(*at)?,
        None => true,
    };
    if !from_left {
        let mut out: Vec<usize> = out_of_line(&by_right)
            .filter_map(|position| by_right.get(position))
            .map(|at| *at as usize)
            .collect();
        out.sort_unstable();
        return Ok(out);
    }
    // The place on the right of the pair that stands n-th on the left.
    let mut rank = vec![0; by_right.len()];
    for (place, at) in (0..).zip(by_right) {
        if let Some(slot) = rank.get_mut(at as usize) {
            *slot = place;
        }
    }
    Ok(out_of_line(&rank).collect())
}

fn is_in_order(pairs: &SpillVec<Pair>) -> io::Result<bool> {
    let mut last = None;
    for pair in pairs.iter_from(0) {
        let right = Some(pair?.right);
        if right <= last {
            return Ok(false);
        }
        last = right;
    }
    Ok(true)
}

/// Positions of pairs in the order of the right side.
fn by_right(pairs: &SpillVec<Pair>) -> io::Result<Vec<u32>> {
    let mut keyed = Vec::with_capacity(pairs.len());
    for (at, pair) in (0_u32..).zip(pairs.iter_from(0)) {
        keyed.push(u64::from(pair?.right) << 32 | u64::from(at));
    }
    keyed.sort_unstable();
    Ok(keyed.into_iter().map(low).collect())
}

/// The lower half.
fn low(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

/// Positions outside one longest increasing subsequence of distinct numbers, found in n log n
/// steps (patience sorting).
fn out_of_line(values: &[u32]) -> impl Iterator<Item = usize> {
    const NONE: u32 = u32::MAX;
    let mut tails: Vec<u32> = Vec::new();
    let mut previous: Vec<u32> = vec![NONE; values.len()];
    let value = |at: u32| values.get(at as usize).copied().unwrap_or(NONE);
    for at in (0..).take(values.len()) {
        let length = tails.partition_point(|tail| value(*tail) < value(at));
        if let (Some(before), Some(slot)) = (
            length.checked_sub(1).and_then(|n| tails.get(n)),
            previous.get_mut(at as usize),
        ) {
            *slot = *before;
        }
        match tails.get_mut(length) {
            Some(tail) => *tail = at,
            None => tails.push(at),
        }
    }
    // From the last of the line to its first, each position is marked in place.
    let mut at = tails.last().copied().unwrap_or(NONE);
    drop(tails);
    let mut keep = vec![false; values.len()];
    while let Some(slot) = keep.get_mut(at as usize) {
        *slot = true;
        at = previous.get(at as usize).copied().unwrap_or(NONE);
    }
    let alone = keep.into_iter().enumerate().filter(|(_, kept)| !kept);
    alone.map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use crate::compare::pairing::pair::Pair;
    use crate::compare::pairing::pairs::{out_of_line, reordered};
    use crate::compare::spill::vec::SpillVec;

    fn list(pairs: impl IntoIterator<Item = Pair>) -> SpillVec<Pair> {
        let mut list = SpillVec::new(2);
        pairs.into_iter().for_each(|pair| list.push(pair).unwrap());
        list
    }

    fn moved(order: &[u32]) -> Vec<usize> {
        let pairs = (0..).zip(order.iter().copied());
        let pairs = list(pairs.map(|(left, right)| Pair { left, right }));
        reordered(&pairs, |left| Ok(Some([u64::from(left), 0]))).unwrap()
    }

    #[test]
    fn one_moved_entry_is_one() {
        assert_eq!(moved(&[0, 4, 1, 2, 3]), [1]);
        assert_eq!(moved(&[1, 2, 3, 4, 0]), [4]);
        assert_eq!(moved(&[0, 1, 2]), Vec::<usize>::new());
    }

    #[test]
    fn the_choice_is_the_same_from_the_other_side() {
        for order in [
            vec![1, 0],
            vec![2, 1, 0],
            vec![1, 0, 3, 2],
            vec![3, 0, 2, 1, 4],
        ] {
            let forward = moved(&order);
            let pairs = order.iter().copied().zip(0..);
            let mut pairs: Vec<_> = pairs.map(|(left, right)| Pair { left, right }).collect();
            pairs.sort_unstable();
            let name = |left: u32| {
                let pair = pairs.iter().find(|pair| pair.left == left);
                Ok(pair.map(|pair| [u64::from(pair.right), 0]))
            };
            let mut backward: Vec<usize> = reordered(&list(pairs.clone()), name)
                .unwrap()
                .into_iter()
                .filter_map(|at| pairs.get(at))
                .map(|pair| pair.right as usize)
                .collect();
            backward.sort_unstable();
            assert_eq!(forward, backward, "{order:?}");
        }
    }

    #[test]
    fn the_subsequence_is_longest() {
        assert_eq!(out_of_line(&[3, 1, 4, 0, 5, 9, 2, 6]).count(), 4);
    }
}
