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
use crate::compare::pairing::index::{Key, key};
use crate::compare::pairing::pair::Pair;
use crate::compare::side::Side;
use crate::compare::stop::WalkError;
use crate::tar::entry::trim_slash;

/// Reads an entry by its record number; one at a time, because there may be many.
pub(crate) type Read<'work, 'input> =
    dyn Fn(Side, u32) -> Result<Option<View<'input>>, WalkError> + 'work;

/// Pairs of left and right record numbers that are one entry under two names.
pub(crate) fn find(
    left: &[u32],
    right: &[u32],
    read: &Read<'_, '_>,
    options: &Options,
) -> Result<Vec<Pair>, WalkError> {
    let (old, new) = (
        by_metadata(Side::Left, left, read)?,
        by_metadata(Side::Right, right, read)?,
    );
    let mut sure = Vec::new();
    for (facts, olds) in &old {
        let Some(news) = new.get(facts) else { continue };
        let olds = by_content(Side::Left, olds, read)?;
        let mut news = by_content(Side::Right, news, read)?;
        for (content, olds) in olds {
            let news = news.remove(&content).unwrap_or_default();
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

fn is_equal(pair: Pair, read: &Read<'_, '_>, options: &Options) -> Result<bool, WalkError> {
    let left = read(Side::Left, pair.left)?;
    let right = read(Side::Right, pair.right)?;
    let (Some(old), Some(new)) = (left, right) else {
        return Ok(false);
    };
    let outcome = fields::compare(&old, &new, Names::Differ, options, &mut 0)?;
    Ok(outcome.fields.is_empty() && old.group.gap == new.group.gap)
}

/// Record numbers by a digest of everything but name and content.
fn by_metadata(
    side: Side,
    records: &[u32],
    read: &Read<'_, '_>,
) -> Result<BTreeMap<Key, Vec<u32>>, WalkError> {
    let mut found: BTreeMap<Key, Vec<u32>> = BTreeMap::new();
    for &at in records {
        if let Some(view) = read(side, at)? {
            let mut entry = view.entry;
            entry.path.clear();
            entry.content = 0;
            found
                .entry(key(format!("{entry:?}").as_bytes()))
                .or_default()
                .push(at);
        }
    }
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

fn by_content(
    side: Side,
    records: &[u32],
    read: &Read<'_, '_>,
) -> Result<BTreeMap<String, Vec<Candidate>>, WalkError> {
    let mut found: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
    for &at in records {
        if let Some(view) = read(side, at)? {
            let content = digest(view.reader, view.entry.content, view.entry.stored)?;
            let last = trim_slash(&view.entry.path)
                .rsplit(|byte| *byte == b'/')
                .next()
                .unwrap_or_default();
            let last = last.to_vec();
            let has_content = view.entry.stored > 0;
            found.entry(content).or_default().push(Candidate {
                path: view.entry.path,
                last,
                has_content,
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
