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
pub(crate) mod flatten;
pub(crate) mod fnmatch;
pub(crate) mod further;
pub(crate) mod names;
pub(crate) mod note;
pub(crate) mod notes;
pub(crate) mod options;
pub mod pairing;
pub mod prefix;
pub(crate) mod progress;
pub(crate) mod raw_comparison;
pub(crate) mod refusal;
pub(crate) mod report_order;
pub(crate) mod selected;
pub(crate) mod side;
pub mod spill;
pub(crate) mod stop;
pub(crate) mod zip_fault;

use std::io;

use crate::compare::diff::bytes::first_in_files;
use crate::compare::diff::compression::Compressions;
use crate::compare::filter::Filter;
use crate::compare::further::FurtherWriter;
use crate::compare::notes::Notes;
use crate::compare::prefix::{files, streams};
use crate::compare::raw_comparison::RawComparison;
use crate::compare::report_order::InOrder;
use crate::compare::selected::Selected;
use crate::input::compression::Compression;
use crate::input::decode::Digesting;
use crate::input::read_at::RegularFile;
use crate::input::source::{Head, Opened, open};

pub use crate::compare::archive_divergence::{
    ArchiveDivergence, CompressionFacts, GlobalHeader, GlobalRecord, TrailingData, TrailingZeros,
    UnexplainedBytes,
};
pub use crate::compare::comparison::{
    Collected, Comparison, Content, Divergence, DivergenceKind, FieldDivergence, SideEntry,
    SideSummary,
};
pub use crate::compare::error::Error;
pub use crate::compare::field_names::{Term, archive_names, field_names, is_known};
pub use crate::compare::field_value::{ContentSummary, FieldDetail, FieldValue};
pub use crate::compare::flatten::{EntryOfLayer, FlattenProblem};
pub use crate::compare::further::Further;
pub use crate::compare::names::Names;
pub use crate::compare::note::{ListProblem, Note};
pub use crate::compare::options::{
    ContentPolicy, Depth, Digests, Exclude, Ignored, Images, Limits, Mounts, Options, Selection,
};
pub use crate::compare::progress::Progress;
pub use crate::compare::refusal::Refusal;
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
    let options = &*options.settled();
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
        Ok(raw) => comparison.fill(raw, &containers, options, &names),
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
pub(crate) fn rewind(mut file: &std::fs::File) -> std::io::Result<()> {
    std::io::Seek::rewind(&mut file)
}

/// Reads a stream that will not be compared to its end, so that whoever writes it can finish.
pub(crate) fn drain(opened: Opened) {
    if let Opened::Stream(mut stream, _) = opened {
        // Its own failure would say nothing about the comparison, which failed already.
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    }
}

fn compare_opened(
    old: Opened,
    new: Opened,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<RawComparison, WalkError> {
    match (old, new) {
        (Opened::Plain(left), Opened::Plain(right)) => {
            files::compare(&left, &right, options, progress)
        }
        (Opened::Compressed(left, old), Opened::Compressed(right, new))
            if old.compression == new.compression =>
        {
            let heads = Sides {
                left: old,
                right: new,
            };
            compare_compressed(Sides { left, right }, heads, options, progress)
        }
        (old, new) => {
            let compression = old.compression();
            let digesting = if compression == new.compression() && compression != Compression::Plain
            {
                Digesting::On
            } else {
                Digesting::Off
            };
            streams::compare(old, new, digesting, options, progress)
        }
    }
}

/// Compares two files of one compression, whose own bytes tell whether all is equal.
fn compare_compressed(
    files: Sides<RegularFile>,
    heads: Sides<Head>,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<RawComparison, WalkError> {
    let (left, right) = (&files.left, &files.right);
    let length = left.length;
    let has_one_length = length == right.length;
    let same = |length| first_in_files(left, right, length, &|_| {}).map(|first| first.is_none());
    let verdict_only = options.depth == Depth::Verdict;
    if verdict_only && options.ignores("compression").is_none() {
        let is_equal = has_one_length && same(length)?;
        return Ok(RawComparison {
            first: (!is_equal).then_some(0),
            containers_equal: Some(is_equal),
            ..RawComparison::default()
        });
    }
    if has_one_length && same(length.min(PROBE))? {
        // Most likely the files are equal: one is decoded while both are compared.
        let again = RegularFile {
            file: left.file.try_clone()?,
            length,
        };
        let input = Opened::Compressed(again, heads.left.clone());
        let (found, equal) = std::thread::scope(|scope| {
            let helper = scope.spawn(|| same(length));
            let found = streams::walk_one(input, options, progress);
            let equal = helper.join();
            (
                found,
                equal.map_err(|_| io::Error::other("a worker panicked")),
            )
        });
        if equal?? {
            return Ok(RawComparison {
                containers_equal: Some(true),
                ..found?
            });
        }
        rewind(&left.file)?;
    }
    let left = Opened::Compressed(files.left, heads.left);
    let right = Opened::Compressed(files.right, heads.right);
    let found = streams::compare(left, right, Digesting::Off, options, progress)?;
    Ok(RawComparison {
        containers_equal: Some(false),
        ..found
    })
}

impl Comparison {
    /// A comparison of which only the names are known.
    pub(crate) fn begun(left: &Source, right: &Source) -> Self {
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
            further: Further::default(),
            archive: Vec::new(),
            ignored: Ignored::new(),
            notes: Vec::new(),
            collected: Collected::default(),
            names: Names::default(),
            trouble: None,
        }
    }

    fn fill(
        &mut self,
        mut raw: RawComparison,
        containers: &Compressions,
        options: &Options,
        names: &Sides<String>,
    ) {
        self.left.bytes = raw.bytes.left;
        self.right.bytes = raw.bytes.right;
        self.left.entries = raw.differences.entries.left;
        self.right.entries = raw.differences.entries.right;
        let compression = containers.divergence(&raw.containers, raw.containers_equal);
        if let Some(first) = raw.first
            && options.depth == Depth::Verdict
            && (compression.is_none() || options.ignores("compression").is_some())
        {
            raw.differences
                .archive
                .push(crate::compare::filter::unnamed(first));
        }
        raw.differences.archive.extend(compression);
        raw.differences
            .archive
            .sort_by(|a, b| a.name().cmp(b.name()));
        self.collected = Collected {
            left: std::mem::take(&mut raw.differences.collected.left.found),
            right: std::mem::take(&mut raw.differences.collected.right.found),
        };
        let mut notes = Notes::new(options);
        let mut filter = Filter::new(options);
        let mut selected = Selected::new(options.selection);
        let mut further = FurtherWriter::default();
        let divergences = std::mem::take(&mut raw.differences.divergences);
        let taken = divergences.for_each(|InOrder(divergence)| {
            let Some(divergence) = filter.divergence(divergence) else {
                return Ok(());
            };
            notes.add(&divergence);
            selected.add(&divergence);
            if (self.divergences.len() as u64) < options.limits.divergences.max(1) {
                self.divergences.push(divergence);
                return Ok(());
            }
            further.push(&divergence)
        });
        (self.archive, self.ignored) = filter.archive(std::mem::take(&mut raw.differences.archive));
        self.names = selected.finish(&self.archive, &raw.differences.passed);
        self.notes = notes.finish(&raw.differences.stops);
        self.trouble = raw.take_error(names);
        match taken.and_then(|()| further.finish()) {
            Ok(further) => self.further = further,
            Err(error) if self.trouble.is_none() => {
                self.trouble = Some(Error::Either {
                    inputs: names.clone(),
                    error: error.into(),
                });
            }
            Err(_) => {}
        }
    }
}
