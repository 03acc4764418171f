//! Entries that are on one side each because their names contain a digest of what they hold, or
//! were made from.
//!
//! Those whose names have one form pair if they hold alike: the most alike first, and at last those
//! that are the only ones left of their form and of what they are.

use std::collections::BTreeMap;
use std::io;
use std::io::Read as _;

use crate::compare::diff::view::View;
use crate::compare::pairing::addressed::form;
use crate::compare::pairing::moves::Read;
use crate::compare::pairing::pair::Pair;
use crate::compare::pairing::sketch::Sketch;
use crate::compare::side::{Side, Sides};
use crate::compare::stop::WalkError;
use crate::input::compression::{Compression, sniff};
use crate::input::decode::{Decoder, Digesting};
use crate::input::kind::{Kind, START};
use crate::input::read_at::read_up_to;
use crate::tar::entry::EntryKind;

/// Most entries of one form a side, all of which are held against all of the other side.
const MOST: usize = 1_000;
/// Bytes of a content that are looked at, after its compression: as many as tell what it is, and
/// enough to tell it from others of that sort.
const LOOKED_AT: usize = 256 << 10;
/// Least likeness, of a thousand.
const ALIKE: u32 = 250;
/// Base-2 logarithm of the largest zstd window for that.
const WINDOW: u32 = 24;

/// Pairs of left and right record numbers.
///
/// # Errors
/// An input cannot be read.
pub(crate) fn find(
    left: &[u32],
    right: &[u32],
    read: &Read<'_, '_>,
) -> Result<Vec<Pair>, WalkError> {
    let old = by_form(Side::Left, left, read)?;
    let mut new = by_form(Side::Right, right, read)?;
    let mut found = Vec::new();
    for (form, left) in old {
        let Some(right) = new.remove(&form) else {
            continue;
        };
        if left.len().max(right.len()) <= MOST {
            let sides = Sides {
                left: held(Side::Left, &left, read)?,
                right: held(Side::Right, &right, read)?,
            };
            found.extend(pairs(&sides));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Record numbers by the form of the name.
type Forms = BTreeMap<Vec<u8>, Vec<u32>>;

fn by_form(side: Side, records: &[u32], read: &Read<'_, '_>) -> Result<Forms, WalkError> {
    let mut forms = Forms::new();
    for at in records {
        let view = read(side, *at)?;
        if let Some(form) = view.and_then(|view| form(view.entry.key())) {
            forms.entry(form).or_default().push(*at);
        }
    }
    Ok(forms)
}

/// An entry, and what it holds.
#[derive(Debug)]
struct Held {
    at: u32,
    what: What,
    sketch: Sketch,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct What {
    entry: EntryKind,
    content: Kind,
}

fn held(side: Side, records: &[u32], read: &Read<'_, '_>) -> Result<Vec<Held>, WalkError> {
    let mut found = Vec::with_capacity(records.len());
    for at in records {
        let Some(view) = read(side, *at)? else {
            continue;
        };
        let start = start(&view)?;
        found.push(Held {
            at: *at,
            what: What {
                entry: view.entry.kind,
                content: Kind::of(start.get(..START).unwrap_or(&start)),
            },
            sketch: match view.entry.kind {
                EntryKind::Symlink | EntryKind::HardLink => Sketch::new(&view.entry.linkname),
                _ => Sketch::new(&start),
            },
        });
    }
    Ok(found)
}

/// The start of a content, without its compression.
fn start(view: &View<'_>) -> io::Result<Vec<u8>> {
    let length = usize::try_from(view.entry.stored).unwrap_or(usize::MAX);
    let mut stored = vec![0; length.min(LOOKED_AT)];
    if view.is_whole() {
        let read = read_up_to(view.reader, &mut stored, view.entry.content)?;
        stored.truncate(read);
    }
    let compression = sniff(&stored);
    if compression == Compression::Plain {
        return Ok(stored);
    }
    let mut start = Vec::new();
    let decoder = Decoder::new(stored.as_slice(), compression, WINDOW, Digesting::Off);
    // It is cut: what was decoded before counts.
    let _ = decoder.take(LOOKED_AT as u64).read_to_end(&mut start);
    Ok(start)
}

/// Pairs entries of one form.
fn pairs(sides: &Sides<Vec<Held>>) -> Vec<Pair> {
    let mut alike = Vec::new();
    for (left, old) in sides.left.iter().enumerate() {
        for (right, new) in sides.right.iter().enumerate() {
            let likeness = old.sketch.likeness(&new.sketch);
            if old.what == new.what && likeness >= ALIKE {
                alike.push((std::cmp::Reverse(likeness), left, right));
            }
        }
    }
    alike.sort_unstable();
    let mut free = Sides {
        left: vec![true; sides.left.len()],
        right: vec![true; sides.right.len()],
    };
    let mut found = Vec::new();
    for (_, left, right) in alike {
        if let (Some(old), Some(new)) = (free.left.get_mut(left), free.right.get_mut(right))
            && *old
            && *new
        {
            (*old, *new) = (false, false);
            found.extend(pair(sides, left, right));
        }
    }
    found.extend(only_ones(sides, &free));
    found
}

/// Pairs those that are the only free ones of what they are.
fn only_ones(sides: &Sides<Vec<Held>>, free: &Sides<Vec<bool>>) -> Vec<Pair> {
    let rest = |held: &[Held], free: &[bool], what: What| -> Vec<usize> {
        let rest = held.iter().zip(free).enumerate();
        rest.filter(|(_, (one, free))| **free && one.what == what)
            .map(|(at, _)| at)
            .collect()
    };
    let mut found = Vec::new();
    for (at, old) in sides.left.iter().enumerate() {
        let left = rest(&sides.left, &free.left, old.what);
        let right = rest(&sides.right, &free.right, old.what);
        if let ([left], [right]) = (left.as_slice(), right.as_slice())
            && *left == at
        {
            found.extend(pair(sides, *left, *right));
        }
    }
    found
}

fn pair(sides: &Sides<Vec<Held>>, left: usize, right: usize) -> Option<Pair> {
    Some(Pair {
        left: sides.left.get(left)?.at,
        right: sides.right.get(right)?.at,
    })
}
