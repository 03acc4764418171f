//! Byte equality at speed: whole files, and paired groups, on two workers.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::compare::Progress;
use crate::compare::index::Index;
use crate::input::{PIECE, ReadAt, first_difference};

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
    (left, left_index): (&dyn ReadAt, &Index),
    (right, right_index): (&dyn ReadAt, &Index),
    pairs: &[(u32, u32)],
    progress: &Progress<'_>,
) -> io::Result<Vec<usize>> {
    let jobs = jobs(left_index, pairs);
    let next = AtomicUsize::new(0);
    let done = AtomicU64::new(0);
    let found = Mutex::new(Vec::new());
    let work = || {
        let mut buffers = scratch(PIECE as u64);
        let mut own = Vec::new();
        while let Some(&(from, to)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut at = from;
            while at < to {
                let end = run_end(left_index, right_index, pairs, at, to);
                compare_run(
                    (left, left_index),
                    (right, right_index),
                    pairs,
                    (at, end),
                    &mut buffers,
                    &mut own,
                )?;
                at = end;
            }
            let bytes = pairs
                .get(to.saturating_sub(1))
                .map_or(0, |pair| left_index.span(pair.0 as usize).1);
            progress(done.fetch_max(bytes, Ordering::Relaxed).max(bytes));
        }
        found
            .lock()
            .map_err(|_| io::Error::other("a worker panicked"))?
            .append(&mut own);
        Ok(())
    };
    on_workers(jobs.len() < 2, &work)?;
    let mut found = found
        .into_inner()
        .map_err(|_| io::Error::other("a worker panicked"))?;
    found.sort_unstable();
    Ok(found)
}

fn jobs(index: &Index, pairs: &[(u32, u32)]) -> Vec<(usize, usize)> {
    let mut jobs = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (at, pair) in pairs.iter().enumerate() {
        let (start, end) = index.span(pair.0 as usize);
        bytes += end - start;
        if bytes >= JOB_BYTES || at + 1 - from >= JOB_PAIRS {
            jobs.push((from, at + 1));
            (from, bytes) = (at + 1, 0);
        }
    }
    if from < pairs.len() {
        jobs.push((from, pairs.len()));
    }
    jobs
}

/// The end of the run of pairs from `at` on that lie behind each other on both sides with equal lengths.
fn run_end(left: &Index, right: &Index, pairs: &[(u32, u32)], at: usize, to: usize) -> usize {
    let spans = |pair: &(u32, u32)| (left.span(pair.0 as usize), right.span(pair.1 as usize));
    let Some(first) = pairs.get(at) else {
        return to;
    };
    let (mut old, mut new) = spans(first);
    let mut end = at + 1;
    if old.1 - old.0 != new.1 - new.0 || !same_globals(left, right, *first) {
        return end;
    }
    while let Some(pair) = pairs.get(end).filter(|_| end < to) {
        let (l, r) = spans(pair);
        if l.0 != old.1
            || r.0 != new.1
            || l.1 - l.0 != r.1 - r.0
            || !same_globals(left, right, *pair)
        {
            break;
        }
        (old, new) = (l, r);
        end += 1;
    }
    end
}

fn same_globals(left: &Index, right: &Index, pair: (u32, u32)) -> bool {
    match (
        left.globals_of(pair.0 as usize),
        right.globals_of(pair.1 as usize),
    ) {
        (Some(l), Some(r)) => std::sync::Arc::ptr_eq(l, r) || l == r,
        _ => true,
    }
}

fn compare_run(
    (left, left_index): (&dyn ReadAt, &Index),
    (right, right_index): (&dyn ReadAt, &Index),
    pairs: &[(u32, u32)],
    (mut at, end): (usize, usize),
    buffers: &mut (Vec<u8>, Vec<u8>),
    found: &mut Vec<usize>,
) -> io::Result<()> {
    while at < end {
        let (Some(first), Some(last)) = (pairs.get(at), pairs.get(end - 1)) else {
            break;
        };
        let (old, new) = (
            left_index.span(first.0 as usize),
            right_index.span(first.1 as usize),
        );
        if old.1 - old.0 != new.1 - new.0 || !same_globals(left_index, right_index, *first) {
            found.push(at);
            at += 1;
            continue;
        }
        let length = left_index.span(last.0 as usize).1 - old.0;
        let Some(difference) = first_difference((left, old.0), (right, new.0), length, buffers)?
        else {
            break;
        };
        let offset = old.0 + difference;
        let rest = pairs.get(at..end).unwrap_or_default();
        at += rest.partition_point(|pair| left_index.span(pair.0 as usize).1 <= offset);
        found.push(at);
        at += 1;
    }
    Ok(())
}
