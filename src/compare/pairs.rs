//! Pairing: which left entry goes with which right entry, and who moved.
//!
//! Entries pair by name and occurrence. Pure functions over indexes.

use crate::compare::index::{Index, Key};

/// Pairs of record numbers, in the order of the left archive, and what stays alone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Matching {
    pub(crate) pairs: Vec<(u32, u32)>,
    pub(crate) left_only: Vec<u32>,
    pub(crate) right_only: Vec<u32>,
}

/// Pairs two lists of names. The n-th entry of a name goes with the other side's n-th.
pub(crate) fn matching(left: &Index, right: &Index) -> Matching {
    let keys = |index: &Index| index.records.len();
    let aligned = left
        .records
        .iter()
        .zip(&right.records)
        .take_while(|(l, r)| l.key == r.key)
        .count();
    let mut found = Matching::default();
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    found.pairs.reserve_exact(keys(left).min(keys(right)));
    found
        .pairs
        .extend((0..aligned).map(|at| (number(at), number(at))));
    let (old, new) = (sorted(left, aligned), sorted(right, aligned));
    let key = |index: &Index, at: u32| index.records.get(at as usize).map(|record| record.key);
    let (mut l, mut r) = (
        old.iter().copied().peekable(),
        new.iter().copied().peekable(),
    );
    loop {
        match (l.peek().copied(), r.peek().copied()) {
            (Some(a), Some(b)) => match key(left, a).cmp(&key(right, b)) {
                std::cmp::Ordering::Equal => {
                    found.pairs.push((a, b));
                    let _ = (l.next(), r.next());
                }
                std::cmp::Ordering::Less => found.left_only.extend(l.next()),
                std::cmp::Ordering::Greater => found.right_only.extend(r.next()),
            },
            (Some(_), None) => found.left_only.extend(l.next()),
            (None, Some(_)) => found.right_only.extend(r.next()),
            (None, None) => break,
        }
    }
    found.pairs.sort_unstable();
    found.left_only.sort_unstable();
    found.right_only.sort_unstable();
    found
}

fn sorted(index: &Index, from: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (from..index.records.len())
        .filter_map(|at| u32::try_from(at).ok())
        .collect();
    order.sort_unstable_by_key(|at| {
        (
            index.records.get(*at as usize).map(|record| record.key),
            *at,
        )
    });
    order
}

/// Positions in `pairs` of the fewest pairs whose removal leaves both sides in one order.
///
/// The choice among equally small sets is the same when the sides are swapped: the work is
/// done from the side whose name is smaller where the two orders part first.
pub(crate) fn reordered(
    pairs: &[(u32, u32)],
    key_of_left: impl Fn(u32) -> Option<Key>,
) -> Vec<usize> {
    if pairs
        .windows(2)
        .all(|two| matches!(two, [a, b] if a.1 < b.1))
    {
        return Vec::new();
    }
    let mut by_right: Vec<usize> = (0..pairs.len()).collect();
    by_right.sort_unstable_by_key(|at| pairs.get(*at).map(|pair| pair.1));
    let parting = by_right
        .iter()
        .enumerate()
        .find(|(position, at)| position != *at);
    let key = |at: usize| pairs.get(at).and_then(|pair| key_of_left(pair.0));
    let from_left = parting.is_none_or(|(position, at)| key(position) < key(*at));
    // `order[n]`: the pair that stands n-th on the side worked from; `rank`: its place on the other.
    let mut rank_by_right = vec![0_usize; pairs.len()];
    for (rank, at) in by_right.iter().enumerate() {
        if let Some(slot) = rank_by_right.get_mut(*at) {
            *slot = rank;
        }
    }
    if from_left {
        let keep = longest_increasing(&rank_by_right);
        (0..pairs.len())
            .filter(|at| !keep.get(*at).copied().unwrap_or(false))
            .collect()
    } else {
        let keep = longest_increasing(&by_right);
        let mut out: Vec<usize> = by_right
            .iter()
            .zip(&keep)
            .filter(|(_, kept)| !**kept)
            .map(|(at, _)| *at)
            .collect();
        out.sort_unstable();
        out
    }
}

/// Marks one longest increasing subsequence of distinct numbers, in n log n steps (patience sorting).
fn longest_increasing(values: &[usize]) -> Vec<bool> {
    let mut tails: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = vec![usize::MAX; values.len()];
    let value = |at: usize| values.get(at).copied().unwrap_or(usize::MAX);
    for at in 0..values.len() {
        let length = tails.partition_point(|tail| value(*tail) < value(at));
        if let (Some(before), Some(slot)) = (
            length.checked_sub(1).and_then(|n| tails.get(n)),
            previous.get_mut(at),
        ) {
            *slot = *before;
        }
        match tails.get_mut(length) {
            Some(tail) => *tail = at,
            None => tails.push(at),
        }
    }
    let mut keep = vec![false; values.len()];
    let mut at = tails.last().copied().unwrap_or(usize::MAX);
    while let Some(slot) = keep.get_mut(at) {
        *slot = true;
        at = previous.get(at).copied().unwrap_or(usize::MAX);
    }
    keep
}

#[cfg(test)]
mod tests {
    use super::{longest_increasing, reordered};

    fn moved(order: &[u32]) -> Vec<usize> {
        let pairs: Vec<(u32, u32)> = (0_u32..).zip(order.iter().copied()).collect();
        reordered(&pairs, |left| Some([u64::from(left), 0]))
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
            let mut pairs: Vec<(u32, u32)> = order.iter().copied().zip(0..).collect();
            pairs.sort_unstable();
            let name = |left: u32| {
                pairs
                    .iter()
                    .find(|pair| pair.0 == left)
                    .map(|pair| [u64::from(pair.1), 0])
            };
            let mut backward: Vec<usize> = reordered(&pairs, name)
                .into_iter()
                .filter_map(|at| pairs.get(at))
                .map(|pair| pair.1 as usize)
                .collect();
            backward.sort_unstable();
            assert_eq!(forward, backward, "{order:?}");
        }
    }

    #[test]
    fn the_subsequence_is_longest() {
        let keep = longest_increasing(&[3, 1, 4, 0, 5, 9, 2, 6]);
        assert_eq!(keep.iter().filter(|kept| **kept).count(), 4);
    }
}
