//! Two archives to divergences: exact to the last byte.
//!
//! The verdict is byte equality, decided by comparing bytes, lengths and ends. Parsing
//! explains a difference and never denies one. This layer knows no Debian.

pub(crate) mod archive_divergence;
pub(crate) mod collect;
pub(crate) mod comparison;
pub(crate) mod diff;
pub(crate) mod error;
pub(crate) mod field_names;
pub(crate) mod field_value;
pub(crate) mod filter;
pub(crate) mod note;
pub(crate) mod notes;
pub(crate) mod options;
pub(crate) mod outcome;
pub mod pairing;
pub mod prefix;
pub(crate) mod progress;
pub(crate) mod side;
pub mod spill;
pub(crate) mod stop;

use std::io;

use crate::compare::diff::bytes::first_in_files;
use crate::compare::diff::compression::Compressions;
use crate::compare::outcome::Outcome;
use crate::compare::prefix::{files, streams};
use crate::input::compression::Compression;
use crate::input::source::{Opened, open};

pub use crate::compare::archive_divergence::{
    ArchiveDivergence, Container, GlobalHeader, GlobalRecord, TrailingData, TrailingZeros,
    UnexplainedBytes,
};
pub use crate::compare::comparison::{
    Collected, Comparison, Content, Divergence, DivergenceKind, FieldDivergence, SideEntry,
    SideSummary,
};
pub use crate::compare::error::Error;
pub use crate::compare::field_names::{Term, archive_names, field_names, is_known};
pub use crate::compare::field_value::{ContentSummary, FieldDetail, FieldValue};
pub use crate::compare::note::Note;
pub use crate::compare::options::{ContentPolicy, Depth, Exclude, Ignored, Limits, Options};
pub use crate::compare::progress::Progress;
pub use crate::compare::side::{Side, Sides};
pub use crate::compare::stop::{StopPlace, WalkError};
pub use crate::input::{Source, SourceKind};

/// Compares two archives.
///
/// Both inputs are read to their end unless one cannot be opened. Failures are part of
/// the result, beside whatever was found before them.
#[must_use]
pub fn compare(
    left: Source,
    right: Source,
    options: &Options,
    progress: &Progress<'_>,
) -> Comparison {
    let mut comparison = Comparison::begun(&left, &right);
    let names = Sides {
        left: left.name.clone(),
        right: right.name.clone(),
    };
    if matches!(
        (&left.kind, &right.kind),
        (SourceKind::Stdin, SourceKind::Stdin)
    ) {
        comparison.trouble = Some(Error::StdinTwice);
        return comparison;
    }
    // Both are opened before either's failure counts, so that a live stream is known to the end.
    let (old, new) = (open(left.kind), open(right.kind));
    let (old, new) = match (old, new) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            let sides = [(Side::Left, old), (Side::Right, new)].into_iter();
            let failed = sides.filter_map(|(side, opened)| {
                let error = opened.map(drain).err()?;
                let input = names.of(side).clone();
                Some(Error::Open { side, input, error })
            });
            // All of them are drained before the first failure is taken.
            comparison.trouble = failed.collect::<Vec<_>>().into_iter().next();
            return comparison;
        }
    };
    comparison.left.compression = old.compression();
    comparison.right.compression = new.compression();
    let containers = Compressions::new(&old, &new);
    match compare_opened(old, new, options, progress) {
        Ok((outcome, equal)) => comparison.fill(outcome, &containers, equal, options, &names),
        Err(error) => {
            comparison.trouble = Some(Error::Either {
                inputs: names,
                error,
            });
        }
    }
    comparison
}

/// Bytes of two containers that are compared before it is guessed whether all are equal.
const PROBE: u64 = 1 << 20;

/// A decoder reads a file from its current position, which a clone shares.
fn rewind(mut file: &std::fs::File) -> std::io::Result<()> {
    std::io::Seek::rewind(&mut file)
}

/// Reads a stream that will not be compared to its end, so that whoever writes it can finish.
fn drain(opened: Opened) {
    if let Opened::Stream(mut stream, _, _) = opened {
        // Its own failure would say nothing about the comparison, which failed already.
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    }
}

/// Whether the containers' bytes are equal, where that was found by comparing them.
type ContainersEqual = Option<bool>;

fn compare_opened(
    old: Opened,
    new: Opened,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<(Outcome, ContainersEqual), WalkError> {
    match (old, new) {
        (Opened::Plain(left, left_length), Opened::Plain(right, right_length)) => {
            let (left, right) = ((left, left_length), (right, right_length));
            files::compare(&left, &right, options, progress).map(|outcome| (outcome, None))
        }
        (
            Opened::Compressed(left, ll, old, old_head),
            Opened::Compressed(right, rl, new, new_head),
        ) if old == new => {
            let (left, right) = ((left, ll), (right, rl));
            let same = |length| {
                first_in_files(&left, &right, length, &|_| {}).map(|first| first.is_none())
            };
            let verdict_only = options.depth == Depth::Verdict;
            if verdict_only && options.ignores("compression").is_none() {
                let first = (ll != rl || !same(ll)?).then_some(0);
                return Ok((
                    Outcome {
                        first,
                        ..Outcome::default()
                    },
                    Some(first.is_none()),
                ));
            }
            if ll == rl && same(ll.min(PROBE))? {
                // Most likely the files are equal: one is decoded while both are compared.
                let input = Opened::Compressed(left.0.try_clone()?, ll, old, old_head.clone());
                let (outcome, equal) = std::thread::scope(|scope| {
                    let helper = scope.spawn(|| same(ll));
                    let outcome = streams::walk_one(input, options, progress);
                    (
                        outcome,
                        helper
                            .join()
                            .map_err(|_| io::Error::other("a worker panicked")),
                    )
                });
                if equal?? {
                    return Ok((outcome?, Some(true)));
                }
                rewind(&left.0)?;
            }
            let left = Opened::Compressed(left.0, ll, old, old_head);
            let right = Opened::Compressed(right.0, rl, new, new_head);
            streams::compare(left, right, false, options, progress)
                .map(|outcome| (outcome, Some(false)))
        }
        (old, new) => {
            let digest =
                old.compression() == new.compression() && old.compression() != Compression::Plain;
            streams::compare(old, new, digest, options, progress).map(|outcome| (outcome, None))
        }
    }
}

impl Comparison {
    fn begun(left: &Source, right: &Source) -> Self {
        let side = |source: &Source| SideSummary {
            label: source.label.clone(),
            source: source.name.clone(),
            compression: Compression::Plain,
            ..SideSummary::default()
        };
        Self {
            left: side(left),
            right: side(right),
            divergences: Vec::new(),
            archive: Vec::new(),
            ignored: Ignored::new(),
            notes: Vec::new(),
            collected: Collected::default(),
            trouble: None,
        }
    }

    fn fill(
        &mut self,
        mut outcome: Outcome,
        containers: &Compressions,
        equal: ContainersEqual,
        options: &Options,
        names: &Sides<String>,
    ) {
        self.left.bytes = outcome.bytes.left;
        self.right.bytes = outcome.bytes.right;
        self.left.entries = outcome.explained.entries.left;
        self.right.entries = outcome.explained.entries.right;
        let compression = containers.divergence(&outcome.containers, equal);
        if let Some(first) = outcome.first
            && options.depth == Depth::Verdict
            && (compression.is_none() || options.ignores("compression").is_some())
        {
            outcome
                .explained
                .archive
                .push(crate::compare::filter::unnamed(first));
        }
        outcome.explained.archive.extend(compression);
        outcome
            .explained
            .archive
            .sort_by(|a, b| a.name().cmp(b.name()));
        self.collected = Collected {
            left: std::mem::take(&mut outcome.explained.collected.left.found),
            right: std::mem::take(&mut outcome.explained.collected.right.found),
        };
        (self.divergences, self.archive, self.ignored) = crate::compare::filter::apply(
            std::mem::take(&mut outcome.explained.divergences),
            std::mem::take(&mut outcome.explained.archive),
            options,
        );
        self.notes =
            crate::compare::notes::of(&self.divergences, &outcome.explained.stops, options);
        self.trouble = outcome.take_error(names);
    }
}
