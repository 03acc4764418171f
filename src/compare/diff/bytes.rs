//! Byte equality at speed: whole files, and paired groups, on two workers.

use std::io;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::compare::pairing::index::{Index, IndexReader, Indexed};
use crate::compare::pairing::pair::Pair;
use crate::compare::progress::Progress;
use crate::compare::side::Sides;
use crate::compare::spill::vec::{Cursor, SpillVec};
use crate::input::read_at::{PIECE, Position, ReadAt, Scratch, first_difference};

/// Workers of one comparison. More do not help: two saturate the memory of small machines.
const WORKERS: usize = 2;

/// Below this many bytes one worker is faster than starting two.
const SMALL: u64 = 1 << 20;

fn scratch(largest: u64) -> Scratch {
    Scratch::new(usize::try_from(largest).unwrap_or(PIECE).clamp(1, PIECE))
}

/// Does the work on so many threads, of which this is one.
fn on_workers(count: usize, work: &(dyn Fn() -> io::Result<()> + Sync)) -> io::Result<()> {
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..count).map(|_| scope.spawn(work)).collect();
        let own = work();
        helpers.into_iter().fold(own, |outcome, helper| {
            let theirs = helper
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("a worker panicked")));
            outcome.and(theirs)
        })
    })
}

fn position(reader: &dyn ReadAt, offset: u64) -> Position<'_> {
    Position { reader, offset }
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
            let (from, to) = (position(left, at), position(right, at));
            if let Some(difference) = first_difference(from, to, step, &mut buffers)? {
                first.fetch_min(at + difference, Ordering::Relaxed);
            }
            progress(done.fetch_add(step, Ordering::Relaxed) + step);
        }
    };
    on_workers(if length <= SMALL { 1 } else { WORKERS }, &work)?;
    let found = first.into_inner();
    Ok((found != u64::MAX).then_some(found))
}

/// Pairs of one job: enough to keep a worker busy, few enough to share the work evenly.
const JOB_PAIRS: usize = 4096;
/// Bytes after which a job ends early.
const JOB_BYTES: u64 = 4 << 20;

/// The positions in `pairs` whose groups differ in any byte, or stand under different global values.
pub(crate) fn differing_pairs(
    sides: Sides<Indexed<'_>>,
    pairs: &SpillVec<Pair>,
    progress: &Progress<'_>,
) -> io::Result<Vec<usize>> {
    let jobs = jobs(sides.left.index, pairs)?;
    let next = AtomicUsize::new(0);
    let done = AtomicU64::new(0);
    let found = Mutex::new(Vec::new());
    let work = || {
        let mut worker = Worker {
            readers: Sides {
                left: sides.left.reader,
                right: sides.right.reader,
            },
            places: Sides {
                left: sides.left.index.places(),
                right: sides.right.index.places(),
            },
            pairs: pairs.cursor(),
            buffers: scratch(PIECE as u64),
            found: Vec::new(),
        };
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let bytes = worker.job(job.clone())?;
            progress(done.fetch_max(bytes, Ordering::Relaxed).max(bytes));
        }
        found
            .lock()
            .map_err(|_| io::Error::other("a worker panicked"))?
            .append(&mut worker.found);
        Ok(())
    };
    on_workers(jobs.len().min(WORKERS), &work)?;
    let mut found = found
        .into_inner()
        .map_err(|_| io::Error::other("a worker panicked"))?;
    found.sort_unstable();
    Ok(found)
}

/// Positions in `pairs`, a range for each job.
fn jobs(index: &Index, pairs: &SpillVec<Pair>) -> io::Result<Vec<Range<usize>>> {
    let mut jobs = Vec::new();
    let mut places = index.places();
    let (mut from, mut bytes) = (0, 0);
    for (at, pair) in pairs.iter_from(0).enumerate() {
        let span = places.span(pair?.left as usize)?;
        bytes += span.end - span.start;
        if bytes >= JOB_BYTES || at + 1 - from >= JOB_PAIRS {
            jobs.push(from..at + 1);
            (from, bytes) = (at + 1, 0);
        }
    }
    if from < pairs.len() {
        jobs.push(from..pairs.len());
    }
    Ok(jobs)
}

/// One pair's places on both sides, or those of several that lie behind each other.
#[derive(Clone)]
struct Spans {
    left: Range<u64>,
    right: Range<u64>,
}

/// Whether a look at the index tells that a pair differs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// The lengths and the global values are equal.
    MayBeEqual,
    /// One of them is not.
    Differs,
}

/// Pairs that lie behind each other on both sides with equal lengths, and are compared at once.
struct Run {
    /// Position of the first pair.
    first: usize,
    spans: Spans,
}

struct Worker<'work> {
    readers: Sides<&'work dyn ReadAt>,
    places: Sides<IndexReader<'work>>,
    pairs: Cursor<'work, Pair>,
    buffers: Scratch,
    found: Vec<usize>,
}

impl Worker<'_> {
    /// Compares the pairs of a job; gives the offset on the left where they end.
    fn job(&mut self, job: Range<usize>) -> io::Result<u64> {
        let mut run: Option<Run> = None;
        let mut end = 0;
        for at in job.clone() {
            let Some(pair) = self.pairs.get(at)? else {
                break;
            };
            let spans = self.spans(pair)?;
            end = spans.left.end;
            let likeness = self.likeness(pair, &spans)?;
            match &mut run {
                Some(held) if likeness == Likeness::MayBeEqual && spans.follows(&held.spans) => {
                    held.spans.left.end = spans.left.end;
                    held.spans.right.end = spans.right.end;
                    continue;
                }
                held => {
                    if let Some(held) = held.take() {
                        self.compare_run(held, at)?;
                    }
                }
            }
            match likeness {
                Likeness::MayBeEqual => run = Some(Run { first: at, spans }),
                Likeness::Differs => self.found.push(at),
            }
        }
        if let Some(held) = run {
            self.compare_run(held, job.end)?;
        }
        Ok(end)
    }

    fn spans(&mut self, pair: Pair) -> io::Result<Spans> {
        Ok(Spans {
            left: self.places.left.span(pair.left as usize)?,
            right: self.places.right.span(pair.right as usize)?,
        })
    }

    fn likeness(&mut self, pair: Pair, spans: &Spans) -> io::Result<Likeness> {
        let old = self.places.left.globals(pair.left as usize)?;
        let new = self.places.right.globals(pair.right as usize)?;
        let same_globals = match (old, new) {
            (Some(l), Some(r)) => std::sync::Arc::ptr_eq(l, r) || l == r,
            _ => true,
        };
        let lengths = (
            spans.left.end - spans.left.start,
            spans.right.end - spans.right.start,
        );
        Ok(if same_globals && lengths.0 == lengths.1 {
            Likeness::MayBeEqual
        } else {
            Likeness::Differs
        })
    }

    /// Compares the pairs of a run, which ends before the pair `end`, in one piece up to each
    /// difference.
    fn compare_run(&mut self, run: Run, end: usize) -> io::Result<()> {
        let Run {
            first: mut at,
            spans: mut rest,
        } = run;
        while at < end {
            let length = rest.left.end - rest.left.start;
            let left = position(self.readers.left, rest.left.start);
            let right = position(self.readers.right, rest.right.start);
            let Some(difference) = first_difference(left, right, length, &mut self.buffers)? else {
                break;
            };
            at = self.ends_after(rest.left.start + difference, at..end)?;
            self.found.push(at);
            if let Some(pair) = self.pairs.get(at)? {
                let differing = self.spans(pair)?;
                rest.left.start = differing.left.end;
                rest.right.start = differing.right.end;
            }
            at += 1;
        }
        Ok(())
    }

    /// The first of some pairs whose left group ends after `offset`.
    fn ends_after(&mut self, offset: u64, pairs: Range<usize>) -> io::Result<usize> {
        let (mut low, mut high) = (pairs.start, pairs.end - 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let end = match self.pairs.get(middle)? {
                Some(pair) => Some(self.places.left.span(pair.left as usize)?.end),
                None => None,
            };
            match end {
                Some(end) if end <= offset => low = middle + 1,
                Some(_) | None => high = middle,
            }
        }
        Ok(low)
    }
}

impl Spans {
    /// Whether these lie behind those on both sides.
    fn follows(&self, before: &Self) -> bool {
        self.left.start == before.left.end && self.right.start == before.right.end
    }
}
