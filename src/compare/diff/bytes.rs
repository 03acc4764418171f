//! Byte equality at speed: whole files, and paired groups, on two workers.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::compare::pairing::index::{Index, IndexReader};
use crate::compare::progress::Progress;
use crate::compare::spill::vec::{Cursor, SpillVec};
use crate::input::read_at::{PIECE, ReadAt, first_difference};

/// Workers of one comparison. More do not help: two saturate the memory of small machines.
const WORKERS: usize = 2;

/// Below this many bytes one worker is faster than starting two.
const SMALL: u64 = 1 << 20;

fn scratch(largest: u64) -> (Vec<u8>, Vec<u8>) {
    let size = usize::try_from(largest).unwrap_or(PIECE).clamp(1, PIECE);
    (vec![0; size], vec![0; size])
}

fn on_workers(small: bool, work: &(dyn Fn() -> io::Result<()> + Sync)) -> io::Result<()> {
    if small {
        return work();
    }
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..WORKERS).map(|_| scope.spawn(work)).collect();
        let own = work();
        helpers.into_iter().fold(own, |outcome, helper| {
            let theirs = helper
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("a worker panicked")));
            outcome.and(theirs)
        })
    })
}

/// The first offset below `length` at which two inputs differ.
pub(crate) fn first_in_files(
    left: &dyn ReadAt,
    right: &dyn ReadAt,
    length: u64,
    progress: &Progress<'_>,
) -> io::Result<Option<u64>> {
    let next = AtomicU64::new(0);
    let first = AtomicU64::new(u64::MAX);
    let done = AtomicU64::new(0);
    let work = || {
        let mut buffers = scratch(length);
        loop {
            let at = next
                .fetch_add(1, Ordering::Relaxed)
                .saturating_mul(PIECE as u64);
            if at >= length || at > first.load(Ordering::Relaxed) {
                return Ok(());
            }
            let step = (PIECE as u64).min(length - at);
            if let Some(difference) = first_difference((left, at), (right, at), step, &mut buffers)?
            {
                first.fetch_min(at + difference, Ordering::Relaxed);
            }
            progress(done.fetch_add(step, Ordering::Relaxed) + step);
        }
    };
    on_workers(length <= SMALL, &work)?;
    let found = first.into_inner();
    Ok((found != u64::MAX).then_some(found))
}

/// Pairs of one job: enough to keep a worker busy, few enough to share the work evenly.
const JOB_PAIRS: usize = 4096;
/// Bytes after which a job ends early.
const JOB_BYTES: u64 = 4 << 20;

/// The positions in `pairs` whose groups differ in any byte, or stand under different global values.
pub(crate) fn differing_pairs(
    left: (&dyn ReadAt, &Index),
    right: (&dyn ReadAt, &Index),
    pairs: &SpillVec<(u32, u32)>,
    progress: &Progress<'_>,
) -> io::Result<Vec<usize>> {
    let jobs = jobs(left.1, pairs)?;
    let next = AtomicUsize::new(0);
    let done = AtomicU64::new(0);
    let found = Mutex::new(Vec::new());
    let work = || {
        let mut worker = Worker {
            readers: (left.0, right.0),
            places: (left.1.places(), right.1.places()),
            pairs: pairs.cursor(),
            buffers: scratch(PIECE as u64),
            found: Vec::new(),
        };
        while let Some(&(from, to)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let bytes = worker.job(from, to)?;
            progress(done.fetch_max(bytes, Ordering::Relaxed).max(bytes));
        }
        found
            .lock()
            .map_err(|_| io::Error::other("a worker panicked"))?
            .append(&mut worker.found);
        Ok(())
    };
    on_workers(jobs.len() < 2, &work)?;
    let mut found = found
        .into_inner()
        .map_err(|_| io::Error::other("a worker panicked"))?;
    found.sort_unstable();
    Ok(found)
}

fn jobs(index: &Index, pairs: &SpillVec<(u32, u32)>) -> io::Result<Vec<(usize, usize)>> {
    let mut jobs = Vec::new();
    let mut places = index.places();
    let (mut from, mut bytes) = (0, 0);
    for (at, pair) in pairs.iter_from(0).enumerate() {
        let (start, end) = places.span(pair?.0 as usize)?;
        bytes += end - start;
        if bytes >= JOB_BYTES || at + 1 - from >= JOB_PAIRS {
            jobs.push((from, at + 1));
            (from, bytes) = (at + 1, 0);
        }
    }
    if from < pairs.len() {
        jobs.push((from, pairs.len()));
    }
    Ok(jobs)
}

/// One pair's places on both sides.
#[derive(Clone, Copy)]
struct Spans {
    left: (u64, u64),
    right: (u64, u64),
    /// Whether the lengths and the global values are equal.
    may_be_equal: bool,
}

struct Worker<'work> {
    readers: (&'work dyn ReadAt, &'work dyn ReadAt),
    places: (IndexReader<'work>, IndexReader<'work>),
    pairs: Cursor<'work, (u32, u32)>,
    buffers: (Vec<u8>, Vec<u8>),
    found: Vec<usize>,
}

impl Worker<'_> {
    /// Compares the pairs from `from` to `to`; gives the offset on the left where they end.
    fn job(&mut self, from: usize, to: usize) -> io::Result<u64> {
        let mut run: Option<(usize, Spans)> = None;
        let mut end = 0;
        for at in from..to {
            let Some(next) = self.spans(at)? else { break };
            end = next.left.1;
            match &mut run {
                Some((_, held)) if next.may_be_equal && next.follows(held) => {
                    (held.left.1, held.right.1) = (next.left.1, next.right.1);
                    continue;
                }
                Some((start, held)) => self.compare_run(*start, at, *held)?,
                None => {}
            }
            run = next.may_be_equal.then_some((at, next));
            if !next.may_be_equal {
                self.found.push(at);
            }
        }
        if let Some((start, held)) = run {
            self.compare_run(start, to, held)?;
        }
        Ok(end)
    }

    fn spans(&mut self, at: usize) -> io::Result<Option<Spans>> {
        let Some((l, r)) = self.pairs.get(at)? else {
            return Ok(None);
        };
        let (olds, news) = &mut self.places;
        let (left, right) = (olds.span(l as usize)?, news.span(r as usize)?);
        let same = match (olds.globals(l as usize)?, news.globals(r as usize)?) {
            (Some(l), Some(r)) => std::sync::Arc::ptr_eq(l, r) || l == r,
            _ => true,
        };
        Ok(Some(Spans {
            left,
            right,
            may_be_equal: same && left.1 - left.0 == right.1 - right.0,
        }))
    }

    /// Compares pairs from `at` to `end` that lie behind each other on both sides with equal
    /// lengths, in one piece up to each difference.
    fn compare_run(&mut self, mut at: usize, end: usize, mut held: Spans) -> io::Result<()> {
        while at < end {
            let (left, right) = self.readers;
            let length = held.left.1 - held.left.0;
            let sides = ((left, held.left.0), (right, held.right.0));
            let Some(difference) = first_difference(sides.0, sides.1, length, &mut self.buffers)?
            else {
                break;
            };
            at = self.ends_after(held.left.0 + difference, at, end)?;
            self.found.push(at);
            if let Some(differing) = self.spans(at)? {
                (held.left.0, held.right.0) = (differing.left.1, differing.right.1);
            }
            at += 1;
        }
        Ok(())
    }

    /// The first pair from `from` to `to` whose left group ends after `offset`.
    fn ends_after(&mut self, offset: u64, from: usize, to: usize) -> io::Result<usize> {
        let (mut low, mut high) = (from, to - 1);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.spans(middle)? {
                Some(spans) if spans.left.1 <= offset => low = middle + 1,
                Some(_) | None => high = middle,
            }
        }
        Ok(low)
    }
}

impl Spans {
    /// Whether this pair lies behind that one on both sides.
    fn follows(&self, before: &Self) -> bool {
        self.left.0 == before.left.1 && self.right.0 == before.right.1
    }
}
