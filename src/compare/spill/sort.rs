//! Sorts more values than may be in memory: sorted runs go to an unlinked file and are merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use crate::compare::spill::vec::{Cursor, FixedSize, SpillVec};

/// Most runs; a merge reads all of them at the same time. If there are more values than fit into
/// this many runs, the runs are longer instead, which takes a byte of memory for every ten values.
const MOST_RUNS: usize = 256;

/// Takes values in any order and gives them back sorted.
#[derive(Debug)]
pub(crate) struct ExternalSorter<T> {
    run: Vec<T>,
    /// Most values of one run.
    most: usize,
    full: SpillVec<T>,
}

impl<T: FixedSize + Ord> ExternalSorter<T> {
    /// A sorter for about `expected` values that holds `limit` of them in memory.
    pub(crate) fn new(limit: u64, expected: usize) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let most = limit.max(expected / MOST_RUNS).max(1);
        Self {
            run: Vec::with_capacity(expected.min(most)),
            most,
            full: SpillVec::new(0),
        }
    }

    pub(crate) fn push(&mut self, value: T) -> io::Result<()> {
        if self.run.len() == self.most {
            self.spill()?;
        }
        self.run.push(value);
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        self.run.sort_unstable();
        self.run
            .drain(..)
            .try_for_each(|value| self.full.push(value))
    }

    pub(crate) fn finish(mut self) -> io::Result<Sorted<T>> {
        if self.full.is_empty() {
            self.run.sort_unstable();
        } else {
            self.spill()?;
            self.run = Vec::new();
        }
        Ok(Sorted {
            run: self.run,
            most: self.most,
            full: self.full,
        })
    }
}

/// Sorted values: one run in memory, or several in a file.
#[derive(Debug)]
pub(crate) struct Sorted<T> {
    run: Vec<T>,
    most: usize,
    full: SpillVec<T>,
}

impl<T: FixedSize + Ord> Sorted<T> {
    pub(crate) fn merge(&self) -> io::Result<Merge<'_, T>> {
        let starts = (0..self.full.len()).step_by(self.most);
        let mut runs: Vec<Run<'_, T>> = starts
            .map(|at| Run {
                cursor: self.full.cursor(),
                at,
                end: self.full.len().min(at + self.most),
            })
            .collect();
        let mut heads = BinaryHeap::new();
        for (number, run) in runs.iter_mut().enumerate() {
            heads.extend(run.next()?.map(|value| Reverse((value, number))));
        }
        Ok(Merge {
            run: self.run.iter(),
            runs,
            heads,
        })
    }
}

#[derive(Debug)]
struct Run<'sorted, T> {
    cursor: Cursor<'sorted, T>,
    at: usize,
    end: usize,
}

impl<T: FixedSize> Run<'_, T> {
    fn next(&mut self) -> io::Result<Option<T>> {
        if self.at == self.end {
            return Ok(None);
        }
        self.at += 1;
        self.cursor.get(self.at - 1)
    }
}

/// Gives the values in order.
#[derive(Debug)]
pub(crate) struct Merge<'sorted, T> {
    run: std::slice::Iter<'sorted, T>,
    runs: Vec<Run<'sorted, T>>,
    heads: BinaryHeap<Reverse<(T, usize)>>,
}

impl<T: FixedSize + Ord> Merge<'_, T> {
    pub(crate) fn next(&mut self) -> io::Result<Option<T>> {
        if let Some(value) = self.run.next() {
            return Ok(Some(*value));
        }
        let Some(Reverse((value, number))) = self.heads.pop() else {
            return Ok(None);
        };
        if let Some(run) = self.runs.get_mut(number) {
            let next = run.next()?;
            self.heads
                .extend(next.map(|value| Reverse((value, number))));
        }
        Ok(Some(value))
    }
}

#[cfg(test)]
mod tests {
    use crate::compare::spill::sort::ExternalSorter;

    #[test]
    fn values_come_out_in_order_whatever_the_limit() {
        // Every number below 10,007 once, and the first ones twice.
        let values: Vec<u64> = (0..10_100).map(|n| n * 5_003 % 10_007).collect();
        let mut expected = values.clone();
        expected.sort_unstable();
        for limit in [0, 1, 3, 5_050, 10_100, 20_000] {
            let mut sorter = ExternalSorter::new(limit, values.len());
            values.iter().for_each(|n| sorter.push(*n).unwrap());
            let sorted = sorter.finish().unwrap();
            let mut merge = sorted.merge().unwrap();
            let merged: Vec<u64> = std::iter::from_fn(|| merge.next().unwrap()).collect();
            assert_eq!(merged, expected, "limit {limit}");
        }
    }
}
