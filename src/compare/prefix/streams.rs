//! Streams: decoded once, compared in lockstep, kept from the first difference on.
//!
//! One thread per input decodes ahead. While both are equal only the left is walked and
//! nothing is stored but the chunks of the entry in hand. Both inputs are always read
//! to their end, so that whoever writes into a pipe can finish.

use std::io;
use std::sync::Arc;

use crate::compare::diff::{FirstDifference, explain};
use crate::compare::options::{Depth, Options};
use crate::compare::outcome::{ContainerFacts, Outcome};
use crate::compare::prefix::lockstep::Lockstep;
use crate::compare::progress::Progress;
use crate::compare::side::{Side, Sides};
use crate::compare::stop::WalkError;
use crate::input::read_at::ReadAt as _;
use crate::input::source::Opened;
use crate::input::spool::Spool;
use crate::input::stream::{Chunks, read_ahead};

/// Compares two streams. With `digest` the containers' bytes are digested.
pub(crate) fn compare(
    left: Opened,
    right: Opened,
    digest: bool,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<Outcome, WalkError> {
    let window = options.limits.zstd_window_log;
    let (kinds, streams) = (
        (left.compression(), right.compression()),
        (left.into_stream(), right.into_stream()),
    );
    let (left_chunks, left_work) = read_ahead(streams.0, kinds.0, window, digest);
    let (right_chunks, right_work) = read_ahead(streams.1, kinds.1, window, digest);
    std::thread::scope(|scope| {
        let readers = (scope.spawn(left_work), scope.spawn(right_work));
        let outcome = lockstep(left_chunks, right_chunks, options, progress);
        let panicked = |_| io::Error::other("a reader panicked");
        let sides = (
            readers.0.join().map_err(panicked)?,
            readers.1.join().map_err(panicked)?,
        );
        let mut outcome = outcome?;
        outcome.bytes = Sides {
            left: sides.0.bytes,
            right: sides.1.bytes,
        };
        outcome.containers = Sides {
            left: ContainerFacts::of(&sides.0),
            right: ContainerFacts::of(&sides.1),
        };
        outcome
            .failures
            .extend(sides.0.error.map(|error| (Side::Left, error)));
        outcome
            .failures
            .extend(sides.1.error.map(|error| (Side::Right, error)));
        Ok(outcome)
    })
}

/// Reads one stream whose twin is known to be equal, for its entries and its soundness.
pub(crate) fn walk_one(
    input: Opened,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<Outcome, WalkError> {
    let compression = input.compression();
    let (chunks, work) = read_ahead(
        input.into_stream(),
        compression,
        options.limits.zstd_window_log,
        false,
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
        let mut outcome = Outcome {
            bytes: Sides {
                left: side.bytes,
                right: side.bytes,
            },
            explained: state.into_differences(),
            ..Outcome::default()
        };
        outcome.containers = Sides {
            left: ContainerFacts::of(&side),
            right: ContainerFacts::of(&side),
        };
        outcome
            .failures
            .extend(side.error.map(|error| (Side::Left, error)));
        Ok(outcome)
    })
}

fn lockstep(
    left: Chunks,
    right: Chunks,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<Outcome, WalkError> {
    let mut state = Lockstep::new(options);
    loop {
        let (old, new) = (left.next(), right.next());
        match (old, new) {
            (None, None) => {
                return Ok(Outcome {
                    explained: state.into_differences(),
                    ..Outcome::default()
                });
            }
            (Some(old), Some(new)) if old == new => {
                right.recycle(new);
                state.feed(old, &mut |used| left.recycle(used));
                progress(state.offset());
            }
            (old, new) => {
                let chunks = (old.unwrap_or_default(), new.unwrap_or_default());
                return part(state, chunks, (left, right), options, progress);
            }
        }
    }
}

fn part(
    state: Lockstep,
    chunks: (Vec<u8>, Vec<u8>),
    (left, right): (Chunks, Chunks),
    options: &Options,
    progress: &Progress<'_>,
) -> Result<Outcome, WalkError> {
    let at = state.offset();
    let common = chunks.0.len().min(chunks.1.len());
    let differing = chunks
        .0
        .iter()
        .zip(&chunks.1)
        .position(|(l, r)| l != r)
        .unwrap_or(common);
    let first = at + differing as u64;
    let keep = options.depth == Depth::Full;
    let kept = state.parted()?;
    let (olds, news) = std::thread::scope(|scope| {
        let limit = options.limits.spool;
        let spool = || Spool::new(kept.segments.clone(), at, limit);
        let helper = {
            let spool = keep.then(spool);
            scope.spawn(move || drain(&right, chunks.1, spool, &|_| {}))
        };
        let olds = drain(&left, chunks.0, keep.then(spool), progress);
        let news = helper
            .join()
            .unwrap_or_else(|_| (None, Some(io::Error::other("a worker panicked"))));
        (olds, news)
    });
    let mut outcome = Outcome {
        first: Some(first),
        ..Outcome::default()
    };
    outcome
        .failures
        .extend(olds.1.map(|error| (Side::Left, error)));
    outcome
        .failures
        .extend(news.1.map(|error| (Side::Right, error)));
    if let (Some(old), Some(new)) = (olds.0, news.0) {
        let parting = FirstDifference {
            left: &old,
            right: &new,
            start: kept.start,
            first,
            globals: Arc::clone(&kept.globals),
            before: &kept.before,
            whole_from: kept.whole_from,
            collectors: Sides {
                left: kept.collector.clone(),
                right: kept.collector.clone(),
            },
        };
        outcome.explained = explain(parting, options, progress)?;
    }
    Ok(outcome)
}

/// Reads a stream to its end, into a spool where there is one and as long as that takes it.
fn drain(
    chunks: &Chunks,
    first: Vec<u8>,
    mut spool: Option<Spool>,
    progress: &Progress<'_>,
) -> (Option<Spool>, Option<io::Error>) {
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
    (spool, failure)
}
