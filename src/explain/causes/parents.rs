//! A directory's time differs because what is in it does.

use super::case::{bare, has_only};
use super::{Case, Finding, Needs, Rule};

pub(super) const RULE: Rule = Rule {
    id: "parent-time",
    about: "a directory whose entries differ has another time",
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let found = case.free().filter_map(|(at, divergence)| {
        let is_time = divergence.path.ends_with(b"/") && has_only(divergence, &["mtime"]);
        let mut titles = children(case, &divergence.path).filter(|_| is_time);
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
