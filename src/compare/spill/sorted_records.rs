//! Sorts more values of any length than may be in memory: sorted runs go to an unlinked file and
//! are merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::compare::spill::records::{RecordReader, RecordWriter, Records};

/// Bytes of all runs that are in memory while they are merged.
const WINDOWS: usize = 4 << 20;
/// Fewest and most bytes of one run that are.
const WINDOW: (usize, usize) = (4 << 10, 256 << 10);

/// Takes values in any order and gives them back sorted. Equal ones keep their order.
#[derive(Debug)]
pub(crate) struct RecordSorter<T> {
    run: Vec<T>,
    /// Most values of one run, which are those in memory.
    most: usize,
    file: Option<RecordWriter>,
    /// Where each run that is in the file begins.
    starts: Vec<u64>,
    length: usize,
}

impl<T: Serialize + DeserializeOwned + Ord> RecordSorter<T> {
    /// A sorter that holds at most `most` values in memory.
    pub(crate) fn new(most: u64) -> Self {
        Self {
            run: Vec::new(),
            most: usize::try_from(most).unwrap_or(usize::MAX).max(1),
            file: None,
            starts: Vec::new(),
            length: 0,
        }
    }

    /// # Errors
    /// The temporary file cannot be made or written.
    pub(crate) fn push(&mut self, value: T) -> io::Result<()> {
        if self.run.len() == self.most {
            self.spill()?;
        }
        self.run.push(value);
        self.length += 1;
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    fn spill(&mut self) -> io::Result<()> {
        self.run.sort();
        let mut file = match self.file.take() {
            Some(file) => file,
            None => RecordWriter::new()?,
        };
        self.starts.push(file.position());
        for value in self.run.drain(..) {
            file.push(&encoded(&value)?)?;
        }
        self.file = Some(file);
        Ok(())
    }

    /// # Errors
    /// The temporary file cannot be written.
    pub(crate) fn finish(mut self) -> io::Result<SortedRecords<T>> {
        if self.file.is_none() {
            self.run.sort();
            return Ok(SortedRecords {
                run: self.run,
                runs: None,
            });
        }
        self.spill()?;
        let Some(file) = self.file else {
            return Ok(SortedRecords::default());
        };
        let end = file.position();
        let runs = Runs {
            records: file.finish()?,
            starts: self.starts,
            end,
        };
        Ok(SortedRecords {
            run: Vec::new(),
            runs: Some(runs),
        })
    }
}

/// Sorted values: one run in memory, or several in a file.
#[derive(Debug)]
pub(crate) struct SortedRecords<T> {
    run: Vec<T>,
    runs: Option<Runs>,
}

impl<T> Default for SortedRecords<T> {
    fn default() -> Self {
        Self {
            run: Vec::new(),
            runs: None,
        }
    }
}

#[derive(Debug)]
struct Runs {
    records: Records,
    starts: Vec<u64>,
    end: u64,
}

impl<T: DeserializeOwned + Ord> SortedRecords<T> {
    /// Gives the values to `take`, in order.
    ///
    /// # Errors
    /// The temporary file cannot be read, or `take` fails.
    pub(crate) fn for_each(self, mut take: impl FnMut(T) -> io::Result<()>) -> io::Result<()> {
        self.run.into_iter().try_for_each(&mut take)?;
        let Some(runs) = &self.runs else {
            return Ok(());
        };
        let window = (WINDOWS / runs.starts.len().max(1)).clamp(WINDOW.0, WINDOW.1);
        let ends = runs.starts.iter().skip(1).copied().chain([runs.end]);
        let ranges = runs.starts.iter().zip(ends);
        let mut readers: Vec<Run<'_, T>> = ranges
            .map(|(start, end)| Run {
                reader: runs.records.read_range(*start..end, window),
                values: PhantomData,
            })
            .collect();
        let mut heads = BinaryHeap::new();
        for (number, run) in readers.iter_mut().enumerate() {
            heads.extend(run.next()?.map(|value| Reverse((value, number))));
        }
        while let Some(Reverse((value, number))) = heads.pop() {
            if let Some(run) = readers.get_mut(number) {
                let next = run.next()?;
                heads.extend(next.map(|value| Reverse((value, number))));
            }
            take(value)?;
        }
        Ok(())
    }
}

/// Reads the values of one run.
struct Run<'runs, T> {
    reader: RecordReader<'runs>,
    values: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Run<'_, T> {
    fn next(&mut self) -> io::Result<Option<T>> {
        self.reader.next()?.map(decoded).transpose()
    }
}

/// A value as a record.
///
/// # Errors
/// None that a value of ours can have.
pub(crate) fn encoded<T: Serialize>(value: &T) -> io::Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(io::Error::other)
}

/// A value that was [`encoded`].
///
/// # Errors
/// The record is not what was written.
pub(crate) fn decoded<T: DeserializeOwned>(record: &[u8]) -> io::Result<T> {
    postcard::from_bytes(record).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_in_order_whatever_the_limit() {
        // Every number below 1,009 once, and the first ones twice.
        let values: Vec<(u64, String)> = (0..1_100)
            .map(|n| {
                (
                    n * 503 % 1_009,
                    "x".repeat(usize::try_from(n % 50).unwrap()),
                )
            })
            .collect();
        let mut expected = values.clone();
        expected.sort();
        for limit in [0, 1, 3, 550, 1_100, u64::MAX] {
            let mut sorter = RecordSorter::new(limit);
            values
                .iter()
                .for_each(|value| sorter.push(value.clone()).unwrap());
            let mut sorted = Vec::new();
            let take = |value| {
                sorted.push(value);
                Ok(())
            };
            sorter.finish().unwrap().for_each(take).unwrap();
            assert_eq!(sorted, expected, "limit {limit}");
        }
    }
}
