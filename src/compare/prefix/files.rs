//! Two plain regular files: both are read at random, nothing is copied.

use crate::compare::collect::Collector;
use crate::compare::diff::bytes::first_in_files;
use crate::compare::diff::differences::Differences;
use crate::compare::diff::{FirstDifference, explain};
use crate::compare::options::{Depth, Options};
use crate::compare::pairing::before::Before;
use crate::compare::pairing::index::{Flow, walk};
use crate::compare::progress::Progress;
use crate::compare::raw_comparison::RawComparison;
use crate::compare::side::Sides;
use crate::compare::stop::{LastEntry, Reached, Stop, StopPlace, WalkError};
use crate::input::read_at::{ReadAt, RegularFile};
use crate::tar::parser::Parser;
use crate::tar::raw_entry::Globals;

/// Compares two files of known lengths.
pub(crate) fn compare(
    left: &RegularFile,
    right: &RegularFile,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<RawComparison, WalkError> {
    let common = left.length.min(right.length);
    let first = match first_in_files(left, right, common, progress)? {
        None if left.length == right.length => None,
        None => Some(common),
        found => found,
    };
    let mut raw = RawComparison {
        bytes: Sides {
            left: left.length,
            right: right.length,
        },
        first,
        ..RawComparison::default()
    };
    if options.depth == Depth::Verdict {
        return Ok(raw);
    }
    let prefix = Prefix::walk(left, first.unwrap_or(u64::MAX), options);
    let Some(first) = first else {
        raw.differences = prefix.into_differences();
        return Ok(raw);
    };
    let difference = FirstDifference {
        left,
        right,
        start: prefix.start,
        first,
        globals: prefix.globals,
        before: &prefix.before,
        whole_from: 0,
        collectors: Sides {
            left: prefix.collector.clone(),
            right: prefix.collector,
        },
    };
    raw.differences = explain(difference, options, progress)?;
    Ok(raw)
}

/// The part of an archive before the first difference, or all of it.
struct Prefix {
    /// Start of the group that holds the difference.
    start: u64,
    globals: Globals,
    before: Before,
    collector: Collector,
    stop: Option<Stop>,
}

impl Prefix {
    /// Walks while groups end before `first`. A block more is kept away from it, because the
    /// block after a header may decide whether the entry has content.
    fn walk(reader: &dyn ReadAt, first: u64, options: &Options) -> Self {
        let mut parser = Parser::new(0, Globals::default(), options.limits.tar);
        let mut collector = Collector::new(options.collect);
        let mut before = Before::new(options.limits.entries);
        let mut globals = Globals::default();
        let mut reached = None;
        let mut last: Option<LastEntry> = None;
        let outcome = walk(reader, &mut parser, &mut |group| {
            if group.end.saturating_add(512) > first {
                reached = Some(group.start);
                return Ok(Flow::Stop);
            }
            collector.visit(reader, &group)?;
            before.push(&group)?;
            globals = group.globals.clone();
            last = Some(LastEntry {
                name: group.path,
                end: group.end,
            });
            Ok(Flow::Continue)
        });
        let stop = outcome.err().map(|error| {
            let stopped_in = match &last {
                Some(last) if last.end > reader.length() => Reached::Content,
                Some(_) | None => Reached::NextHeader,
            };
            Stop {
                place: StopPlace::at(before.len(), last, stopped_in),
                error,
            }
        });
        Self {
            start: reached.unwrap_or(parser.group_start()),
            globals,
            before,
            collector,
            stop,
        }
    }

    /// What is known where both sides are equal.
    fn into_differences(self) -> Differences {
        Differences::none(self.before.len(), self.stop, self.collector)
    }
}
