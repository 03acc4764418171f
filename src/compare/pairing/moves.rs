//! Moves: an entry that is on the left under one name and on the right under another,
//! equal otherwise.
//!
//! Empty files, directories and the like are equal to many others; they count as moved
//! only where the last component of the name stayed.

use std::collections::{BTreeMap, VecDeque};

use crate::compare::diff::content::digest;
use crate::compare::diff::fields;
use crate::compare::diff::view::{Names, View};
use crate::compare::options::Options;
use crate::compare::pairing::key::{Key, key};
use crate::compare::pairing::pair::Pair;
use crate::compare::side::{Side, Sides};
use crate::compare::stop::WalkError;
use crate::tar::entry::trim_slash;

/// Reads an entry by its record number; one at a time, because there may be many.
pub(crate) type Read<'work, 'input> =
    dyn Fn(Side, u32) -> Result<Option<View<'input>>, WalkError> + 'work;

/// Pairs of left and right record numbers that are one entry under two names.
///
/// It takes 24 bytes an entry, and more only for entries of one content that both sides have.
pub(crate) fn find(
    left: &[u32],
    right: &[u32],
    read: &Read<'_, '_>,
    options: &Options,
) -> Result<Vec<Pair>, WalkError> {
    let old = by_metadata(Side::Left, left, read)?;
    let new = by_metadata(Side::Right, right, read)?;
    let mut sure = Vec::new();
    for Sides { left, right } in on_both_sides(&old, &new) {
        let old = by_content(Side::Left, left, read)?;
        let new = by_content(Side::Right, right, read)?;
        for Sides { left, right } in on_both_sides(&old, &new) {
            let olds = candidates(Side::Left, left, read)?;
            let news = candidates(Side::Right, right, read)?;
            for pair in pairs(olds, news) {
                if is_equal(pair, read, options)? {
                    sure.push(pair);
                }
            }
        }
    }
    sure.sort_unstable();
    Ok(sure)
}

/// An entry by a digest of something in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Digested {
    digest: Key,
    at: u32,
}

/// The entries of each digest that both sides have.
fn on_both_sides<'a>(
    left: &'a [Digested],
    right: &'a [Digested],
) -> impl Iterator<Item = Sides<&'a [Digested]>> {
    let olds = left.chunk_by(|a, b| a.digest == b.digest);
    olds.filter_map(|olds| {
        let digest = olds.first()?.digest;
        let start = right.partition_point(|one| one.digest < digest);
        let rest = right.get(start..)?;
        let news = rest.get(..rest.partition_point(|one| one.digest == digest))?;
        (!news.is_empty()).then_some(Sides {
            left: olds,
            right: news,
        })
    })
}

fn is_equal(pair: Pair, read: &Read<'_, '_>, options: &Options) -> Result<bool, WalkError> {
    let left = read(Side::Left, pair.left)?;
    let right = read(Side::Right, pair.right)?;
    let (Some(old), Some(new)) = (left, right) else {
        return Ok(false);
    };
    let outcome = fields::compare(&old, &new, Names::Differ, options, &mut 0)?;
    Ok(outcome.fields.is_empty() && old.group.gap == new.group.gap)
}

/// Entries by a digest of everything but name and content.
fn by_metadata(
    side: Side,
    records: &[u32],
    read: &Read<'_, '_>,
) -> Result<Vec<Digested>, WalkError> {
    let mut found = Vec::with_capacity(records.len());
    for &at in records {
        if let Some(view) = read(side, at)? {
            let mut entry = view.entry;
            entry.path.clear();
            entry.content = 0;
            let digest = key(format!("{entry:?}").as_bytes());
            found.push(Digested { digest, at });
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Entries by a digest of their content.
fn by_content(
    side: Side,
    entries: &[Digested],
    read: &Read<'_, '_>,
) -> Result<Vec<Digested>, WalkError> {
    let mut found = Vec::with_capacity(entries.len());
    for &Digested { at, .. } in entries {
        if let Some(view) = read(side, at)? {
            let content = digest(view.reader, view.entry.content, view.entry.stored)?;
            let digest = key(content.as_bytes());
            found.push(Digested { digest, at });
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// What may be paired: the name, its last component, whether there is content.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    path: Vec<u8>,
    last: Vec<u8>,
    has_content: bool,
    at: u32,
}

fn candidates(
    side: Side,
    entries: &[Digested],
    read: &Read<'_, '_>,
) -> Result<Vec<Candidate>, WalkError> {
    let mut found = Vec::with_capacity(entries.len());
    for &Digested { at, .. } in entries {
        if let Some(view) = read(side, at)? {
            let last = trim_slash(&view.entry.path)
                .rsplit(|byte| *byte == b'/')
                .next()
                .unwrap_or_default();
            found.push(Candidate {
                last: last.to_vec(),
                has_content: view.entry.stored > 0,
                path: view.entry.path,
                at,
            });
        }
    }
    Ok(found)
}

/// Pairs equal entries: first those whose last component stayed, then files with content, both
/// in order of their names.
fn pairs(mut olds: Vec<Candidate>, mut news: Vec<Candidate>) -> Vec<Pair> {
    olds.sort();
    news.sort();
    let mut by_last: BTreeMap<&[u8], VecDeque<&Candidate>> = BTreeMap::new();
    for new in &news {
        by_last.entry(&new.last).or_default().push_back(new);
    }
    let pair = |left: &Candidate, right: &Candidate| Pair {
        left: left.at,
        right: right.at,
    };
    let mut found = Vec::new();
    let mut alone = Vec::new();
    for old in &olds {
        match by_last.get_mut(&old.last[..]).and_then(VecDeque::pop_front) {
            Some(new) => found.push(pair(old, new)),
            None => alone.push(old),
        }
    }
    let mut rest: Vec<&Candidate> = by_last.into_values().flatten().collect();
    rest.sort();
    let files = alone.into_iter().filter(|old| old.has_content);
    found.extend(files.zip(rest).map(|(old, new)| pair(old, new)));
    found
}
