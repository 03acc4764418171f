//! Which entries keep their order while others pass them: without them, nobody sees that those
//! stand elsewhere.

use std::io;
use std::ops::Range;

use crate::compare::pairing::pair::Pair;
use crate::compare::spill::vec::SpillVec;

/// Positions of pairs that keep their order and were passed by a pair of `moved`, which are sorted
/// positions.
///
/// A pair that moved has passed a run of those that keep their order. The first of a run are
/// given, one more than pairs moved: if only these and those that moved are left, those that keep
/// their order are still the longest line, because whoever wants one that moved in the line has to
/// take out as many as before, or more than all that moved.
pub(crate) fn passed(pairs: &SpillVec<Pair>, moved: &[usize]) -> io::Result<Vec<usize>> {
    let steady = Steady { pairs, moved };
    let most = moved.len() + 1;
    let mut runs: Vec<Range<usize>> = Vec::with_capacity(moved.len());
    for (before, at) in moved.iter().enumerate() {
        let Some(pair) = pairs.get(*at)? else {
            continue;
        };
        let (left, right) = (at - before, steady.before(pair.right)?);
        let start = left.min(right);
        runs.push(start..left.max(right).min(start + most));
    }
    runs.sort_unstable_by_key(|run| run.start);
    let mut found = Vec::new();
    let mut next = 0;
    for run in runs {
        let fresh = run.start.max(next)..run.end;
        next = next.max(run.end);
        found.extend(fresh.map(|number| steady.position(number)));
    }
    Ok(found)
}

/// The pairs that keep their order.
struct Steady<'pairs> {
    pairs: &'pairs SpillVec<Pair>,
    moved: &'pairs [usize],
}

impl Steady<'_> {
    /// The position among all pairs of the `number`-th one, from 0.
    fn position(&self, number: usize) -> usize {
        let (mut low, mut high) = (0, self.moved.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.moved.get(middle) {
                Some(at) if at - middle <= number => low = middle + 1,
                Some(_) | None => high = middle,
            }
        }
        number + low
    }

    /// How many of them stand before a record of the right side.
    fn before(&self, right: u32) -> io::Result<usize> {
        let (mut low, mut high) = (0, self.pairs.len() - self.moved.len());
        while low < high {
            let middle = low.midpoint(high);
            let pair = self.pairs.get(self.position(middle))?;
            match pair.is_some_and(|pair| pair.right < right) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        Ok(low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::pairing::pairs::reordered;

    /// Pairs of which the n-th on the left is the `order[n]`-th on the right.
    fn pairs(order: &[u32]) -> SpillVec<Pair> {
        let mut list = SpillVec::new(2);
        for (left, right) in (0..).zip(order.iter().copied()) {
            list.push(Pair { left, right }).unwrap();
        }
        list
    }

    /// Numbers of the pairs that moved; all have their number as name.
    fn moved(order: &[u32], names: &[usize]) -> Vec<usize> {
        let name = |left: u32| Ok(Some([names[left as usize] as u64, 0]));
        let found = reordered(&pairs(order), name).unwrap();
        found.into_iter().map(|at| names[at]).collect()
    }

    #[test]
    fn of_a_long_run_two_are_enough_for_one_that_moved() {
        let order = [9, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(passed(&pairs(&order), &[0]).unwrap(), [1, 2]);
        let order = [0, 2, 1, 3];
        assert_eq!(passed(&pairs(&order), &[1]).unwrap(), [2]);
    }

    #[test]
    fn among_those_that_were_passed_the_same_ones_moved() {
        let mut random = 88_172_645_463_325_252_u64;
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % below as u64).unwrap()
        };
        for _ in 0..2_000 {
            let count = 2 + next(30);
            let mut order: Vec<u32> = (0..u32::try_from(count).unwrap()).collect();
            for _ in 0..1 + next(6) {
                let one = order.remove(next(count));
                order.insert(next(count), one);
            }
            let names: Vec<usize> = (0..count).collect();
            let expected = moved(&order, &names);
            let mut kept = passed(&pairs(&order), &expected).unwrap();
            kept.extend(&expected);
            kept.sort_unstable();
            let rights: Vec<u32> = kept.iter().map(|at| order[*at]).collect();
            let rank = |right: &u32| rights.iter().filter(|other| *other < right).count();
            let fewer: Vec<u32> = rights
                .iter()
                .map(|right| u32::try_from(rank(right)).unwrap())
                .collect();
            assert_eq!(moved(&fewer, &kept), expected, "{order:?}");
        }
    }
}
