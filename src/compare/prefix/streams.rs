//! Streams: decoded once, compared in lockstep, kept from the first difference on.
//!
//! One thread per input decodes ahead. While both are equal only the left is walked and
//! nothing is stored but the chunks of the entry in hand. Both inputs are always read
//! to their end, so that whoever writes into a pipe can finish.

use std::io;
use std::sync::Arc;

use crate::compare::diff::{FirstDifference, explain};
use crate::compare::options::{Depth, Options};
use crate::compare::prefix::lockstep::Lockstep;
use crate::compare::progress::Progress;
use crate::compare::raw_comparison::{ContainerFacts, RawComparison};
use crate::compare::side::{OfSide, Sides};
use crate::compare::stop::WalkError;
use crate::input::decode::Digesting;
use crate::input::read_at::ReadAt as _;
use crate::input::source::Opened;
use crate::input::spool::Spool;
use crate::input::stream::{Chunks, read_ahead};

/// Compares two streams.
pub(crate) fn compare(
    left: Opened,
    right: Opened,
    digesting: Digesting,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<RawComparison, WalkError> {
    let ahead = |input: Opened| {
        let compression = input.compression();
        let window = options.limits.zstd_window_log;
        read_ahead(input.into_stream(), compression, window, digesting)
    };
    let (left_chunks, left_work) = ahead(left);
    let (right_chunks, right_work) = ahead(right);
    std::thread::scope(|scope| {
        let (left, right) = (scope.spawn(left_work), scope.spawn(right_work));
        let chunks = Sides {
            left: left_chunks,
            right: right_chunks,
        };
        let found = lockstep(chunks, options, progress);
        let panicked = |_| io::Error::other("a reader panicked");
        let left = left.join().map_err(panicked)?;
        let right = right.join().map_err(panicked)?;
        let mut raw = found?;
        raw.bytes = Sides {
            left: left.bytes,
            right: right.bytes,
        };
        raw.containers = Sides {
            left: ContainerFacts::of(&left),
            right: ContainerFacts::of(&right),
        };
        let failures = &mut raw.failures;
        failures.extend(left.error.map(OfSide::left));
        failures.extend(right.error.map(OfSide::right));
        Ok(raw)
    })
}

/// Reads one stream whose twin is known to be equal, for its entries and its soundness.
pub(crate) fn walk_one(
    input: Opened,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<RawComparison, WalkError> {
    let compression = input.compression();
    let (chunks, work) = read_ahead(
        input.into_stream(),
        compression,
        options.limits.zstd_window_log,
        Digesting::Off,
    );
    std::thread::scope(|scope| {
        let reader = scope.spawn(work);
        let mut state = Lockstep::new(options);
        while let Some(chunk) = chunks.next() {
            state.feed(chunk, &mut |used| chunks.recycle(used));
            progress(state.offset());
        }
        drop(chunks);
        let side = reader
            .join()
            .map_err(|_| io::Error::other("a reader panicked"))?;
        let mut raw = RawComparison {
            bytes: Sides {
                left: side.bytes,
                right: side.bytes,
            },
            differences: state.into_differences(),
            ..RawComparison::default()
        };
        raw.containers = Sides {
            left: ContainerFacts::of(&side),
            right: ContainerFacts::of(&side),
        };
        raw.failures.extend(side.error.map(OfSide::left));
        Ok(raw)
    })
}

fn lockstep(
    streams: Sides<Chunks>,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<RawComparison, WalkError> {
    let mut state = Lockstep::new(options);
    loop {
        let (old, new) = (streams.left.next(), streams.right.next());
        match (old, new) {
            (None, None) => {
                return Ok(RawComparison {
                    differences: state.into_differences(),
                    ..RawComparison::default()
                });
            }
            (Some(old), Some(new)) if old == new => {
                streams.right.recycle(new);
                state.feed(old, &mut |used| streams.left.recycle(used));
                progress(state.offset());
            }
            (old, new) => {
                let chunks = Sides {
                    left: old.unwrap_or_default(),
                    right: new.unwrap_or_default(),
                };
                return part(state, chunks, streams, options, progress);
            }
        }
    }
}

fn part(
    state: Lockstep,
    chunks: Sides<Vec<u8>>,
    streams: Sides<Chunks>,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<RawComparison, WalkError> {
    let at = state.offset();
    let common = chunks.left.len().min(chunks.right.len());
    let mut bytes = chunks.left.iter().zip(&chunks.right);
    let differing = bytes.position(|(l, r)| l != r).unwrap_or(common);
    let first = at + differing as u64;
    let keep = options.depth == Depth::Full;
    let equal = state.into_equal_part()?;
    let (left, right) = std::thread::scope(|scope| {
        let limit = options.limits.spool;
        let spool = || Spool::new(equal.segments.clone(), at, limit);
        let helper = {
            let spool = keep.then(spool);
            let stream = streams.right;
            scope.spawn(move || drain(&stream, chunks.right, spool, &|_| {}))
        };
        let left = drain(&streams.left, chunks.left, keep.then(spool), progress);
        let right = helper.join().unwrap_or_else(|_| Kept {
            spool: None,
            failure: Some(io::Error::other("a worker panicked")),
        });
        (left, right)
    });
    let mut raw = RawComparison {
        first: Some(first),
        ..RawComparison::default()
    };
    let failures = &mut raw.failures;
    failures.extend(left.failure.map(OfSide::left));
    failures.extend(right.failure.map(OfSide::right));
    if let (Some(old), Some(new)) = (left.spool, right.spool) {
        let difference = FirstDifference {
            left: &old,
            right: &new,
            start: equal.start,
            first,
            globals: Arc::clone(&equal.globals),
            before: &equal.before,
            whole_from: equal.whole_from,
            collectors: Sides {
                left: equal.collector.clone(),
                right: equal.collector.clone(),
            },
        };
        raw.differences = explain(difference, options, progress)?;
    }
    Ok(raw)
}

/// What was kept of a stream from the first difference on.
struct Kept {
    /// Where it is, if it was wanted.
    spool: Option<Spool>,
    /// Why not all of it was kept.
    failure: Option<io::Error>,
}

/// Reads a stream to its end, into a spool where there is one and as long as that takes it.
fn drain(
    chunks: &Chunks,
    first: Vec<u8>,
    mut spool: Option<Spool>,
    progress: &Progress<'_>,
) -> Kept {
    let mut failure = None;
    let mut next = Some(first);
    while let Some(chunk) = next {
        if let (Some(spool), None) = (&mut spool, &failure) {
            failure = spool.push(&chunk).err();
            progress(spool.length());
        }
        chunks.recycle(chunk);
        next = chunks.next();
    }
    Kept { spool, failure }
}
