//! A directory's time differs because what is in it does.

use crate::compare::comparison::Divergence;
use crate::explain::case::{Case, bare, has_only};
use crate::explain::rules::{Finding, Needs, Rule};

pub(crate) const RULE: Rule = Rule {
    id: "parent-time",
    about: "a directory whose entries differ has another time",
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let found = case.free().filter_map(|(at, divergence)| {
        if !is_for_its_entries(case, divergence) {
            return None;
        }
        let mut titles = children(case, &divergence.path);
        let first = titles.next()?;
        let is_one = titles.all(|title| title == first);
        // With one cause for all that is in it, the directory's is the same.
        let title = match (first, is_one) {
            (Some(title), true) => title.to_owned(),
            _ => "directories in which entries differ have another time".to_owned(),
        };
        Some(Finding::new(RULE.id, title, vec![at]))
    });
    found.collect()
}

/// Whether a directory differs in its time only, and entries in it differ.
pub(crate) fn is_for_its_entries(case: &Case<'_>, divergence: &Divergence) -> bool {
    divergence.path.ends_with(b"/")
        && has_only(divergence, &["mtime"])
        && children(case, &divergence.path).next().is_some()
}

/// What claimed the entries that stand directly in a directory.
fn children<'a>(case: &'a Case<'_>, directory: &'a [u8]) -> impl Iterator<Item = Option<&'a str>> {
    let all = case.evidence.divergences.iter().enumerate();
    all.filter(move |(_, other)| {
        bare(&other.path)
            .strip_prefix(bare(directory))
            .and_then(|rest| rest.strip_prefix(b"/"))
            .is_some_and(|rest| !rest.contains(&b'/'))
    })
    .map(|(at, _)| case.title(at))
}
