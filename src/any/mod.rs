//! Two inputs of any kind to one [`Comparison`].
//!
//! `compare` knows two archives. This layer tells what an input is and makes one comparison of
//! what `compare` says of its parts. The verdict stays equality of the bytes of both inputs.

pub(crate) mod control;
pub(crate) mod directory;
pub(crate) mod dispatch;
pub(crate) mod files;
pub(crate) mod flat;
pub(crate) mod image;
pub(crate) mod merge;
pub(crate) mod minimal;
pub(crate) mod name;
pub(crate) mod named;
pub(crate) mod nested;
pub(crate) mod package;
pub(crate) mod peek;
pub(crate) mod rpm;
pub(crate) mod sequence;
pub(crate) mod way;
pub(crate) mod zeros;
pub(crate) mod zip;

use crate::any::named::Named;
use crate::any::peek::{Peeked, peek};
use crate::any::way::{Way, way};
use crate::compare::compare as compare_archives;
use crate::compare::comparison::Comparison;
use crate::compare::error::Error;
use crate::compare::note::Note;
use crate::compare::options::{Images, Mismatch, Options};
use crate::compare::progress::Progress;
use crate::compare::side::{Side, Sides};
use crate::input::source::{InputError, Source, SourceKind};

/// Compares two inputs of any kind: archives entry by entry, other files as bytes.
///
/// Failures are part of the result, beside whatever was found before them.
#[must_use]
pub fn compare(
    left: Source,
    right: Source,
    options: &Options,
    progress: &Progress<'_>,
) -> Comparison {
    let options = &*options.settled();
    let mut found = compared(left, right, options, progress);
    let is_silent = found.divergences.is_empty() && found.archive.is_empty();
    if options.limits.is_over() && !is_silent {
        found.notes.push(Note::TimedOut);
    }
    found
}

fn compared(left: Source, right: Source, options: &Options, progress: &Progress<'_>) -> Comparison {
    if matches!(
        (&left.kind, &right.kind),
        (SourceKind::Stdin, SourceKind::Stdin)
    ) {
        return compare_archives(left, right, options, progress);
    }
    let mut comparison = Comparison::begun(&left, &right);
    let names = Sides {
        left: Named::new(&left),
        right: Named::new(&right),
    };
    let peeked = match (peek(left.kind), peek(right.kind)) {
        (Ok(left), Ok(right)) => Sides { left, right },
        (left, right) => {
            comparison.trouble = unopened(names, left, right);
            return comparison;
        }
    };
    let kinds = Sides {
        left: peeked.left.kind,
        right: peeked.right.kind,
    };
    // Only of two archives is a part of the divergences left on disk.
    let held = &options.in_memory();
    if options.images == Images::Flattened {
        return flat::compare(comparison, &names, peeked, held, progress);
    }
    let way = match way(kinds) {
        Ok(way) => way,
        Err(_) if options.mismatch == Mismatch::AsBytes && peeked.are_bytes() => {
            let Sides { left, right } = kinds;
            let mut found = files::compare(comparison, &names, peeked, held, progress);
            found.notes.push(Note::TwoSorts { left, right });
            found.left.kind = left;
            found.right.kind = right;
            return found;
        }
        Err(refusal) => {
            let input = names.of(refusal.side).name.clone();
            comparison.trouble = Some(Error::Refused { input, refusal });
            peeked.left.drain();
            peeked.right.drain();
            return comparison;
        }
    };
    match way {
        Way::Archives => dispatch::compare(way, comparison, &names, peeked, options, progress),
        Way::Controls => control::compare(comparison, &names, peeked, held, progress),
        way => dispatch::compare(way, comparison, &names, peeked, held, progress),
    }
}

/// The first of the failures, when both inputs were drained.
fn unopened(
    names: Sides<Named>,
    left: Result<Peeked, InputError>,
    right: Result<Peeked, InputError>,
) -> Option<Error> {
    let error = |side, name: Named, peeked: Result<Peeked, InputError>| {
        let error = peeked.map(Peeked::drain).err()?;
        let input = name.name;
        Some(Error::Open { side, input, error })
    };
    let left = error(Side::Left, names.left, left);
    left.or(error(Side::Right, names.right, right))
}
