//! Moves: an entry that is on the left under one name and on the right under another,
//! equal otherwise.
//!
//! Empty files, directories and the like are equal to many others; they count as moved
//! only where the last component of the name stayed.

use std::collections::BTreeMap;
use std::io;

use crate::compare::content::digest;
use crate::compare::fields::{self, Names, View};
use crate::compare::options::Options;
use crate::tar::trim_slash;

/// Pairs positions in `left` with positions in `right`.
pub(crate) fn find(
    left: &[View<'_>],
    right: &[View<'_>],
    options: &Options,
) -> io::Result<Vec<(usize, usize)>> {
    let (old, new) = (by_metadata(left), by_metadata(right));
    let mut found = Vec::new();
    for (facts, olds) in &old {
        let Some(news) = new.get(facts) else { continue };
        let (olds, news) = (by_content(left, olds)?, by_content(right, news)?);
        for (content, olds) in &olds {
            let Some(news) = news.get(content) else {
                continue;
            };
            pair(left, right, olds, news, &mut found);
        }
    }
    let mut sure = Vec::new();
    for (l, r) in found {
        let (Some(old), Some(new)) = (left.get(l), right.get(r)) else {
            continue;
        };
        let outcome = fields::compare(old, new, Names::Differ, options, &mut 0)?;
        if outcome.fields.is_empty() && old.group.gap == new.group.gap {
            sure.push((l, r));
        }
    }
    sure.sort_unstable();
    Ok(sure)
}

type Facts = (String, u64);

fn by_metadata(views: &[View<'_>]) -> BTreeMap<Facts, Vec<usize>> {
    let mut found: BTreeMap<Facts, Vec<usize>> = BTreeMap::new();
    for (at, view) in views.iter().enumerate() {
        let mut entry = view.entry.clone();
        entry.path.clear();
        entry.content = 0;
        found
            .entry((format!("{entry:?}"), view.entry.stored))
            .or_default()
            .push(at);
    }
    found
}

fn by_content(views: &[View<'_>], at: &[usize]) -> io::Result<BTreeMap<String, Vec<usize>>> {
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, view) in at
        .iter()
        .filter_map(|at| views.get(*at).map(|view| (*at, view)))
    {
        found
            .entry(digest(view.reader, view.entry.content, view.entry.stored)?)
            .or_default()
            .push(number);
    }
    Ok(found)
}

fn last_component<'view>(view: &'view View<'_>) -> &'view [u8] {
    trim_slash(&view.entry.path)
        .rsplit(|byte| *byte == b'/')
        .next()
        .unwrap_or_default()
}

/// Pairs equal entries: first those whose last component stayed, in order, then files with
/// content in order of their names.
fn pair(
    left: &[View<'_>],
    right: &[View<'_>],
    olds: &[usize],
    news: &[usize],
    found: &mut Vec<(usize, usize)>,
) {
    let sorted = |views: &[View<'_>], at: &[usize]| -> Vec<usize> {
        let mut at = at.to_vec();
        at.sort_by(|a, b| {
            views
                .get(*a)
                .map(|view| &view.entry.path)
                .cmp(&views.get(*b).map(|view| &view.entry.path))
        });
        at
    };
    let mut rest = sorted(right, news);
    let mut alone = Vec::new();
    for l in sorted(left, olds) {
        let name = left.get(l).map(last_component);
        match rest
            .iter()
            .position(|r| right.get(*r).map(last_component) == name)
        {
            Some(position) => found.push((l, rest.remove(position))),
            None => alone.push(l),
        }
    }
    let has_content = |at: &usize| left.get(*at).is_some_and(|view| view.entry.stored > 0);
    found.extend(alone.into_iter().filter(has_content).zip(rest));
}
