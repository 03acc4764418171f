//! A directory's time differs because what is in it does.

use super::case::{bare, has_only};
use super::{Case, Finding, Rule};

pub(super) const RULE: Rule = Rule {
    id: "parent-time",
    about: "a directory whose entries differ has another time",
    needs_trace: false,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let all = case.evidence.divergences;
    let has_child = |directory: &[u8]| {
        all.iter().any(|other| {
            bare(&other.path)
                .strip_prefix(bare(directory))
                .and_then(|rest| rest.strip_prefix(b"/"))
                .is_some_and(|rest| !rest.contains(&b'/'))
        })
    };
    let claims: Vec<_> = case
        .free()
        .filter(|(_, divergence)| {
            divergence.path.ends_with(b"/")
                && has_only(divergence, &["mtime"])
                && has_child(&divergence.path)
        })
        .map(|(at, _)| at)
        .collect();
    if claims.is_empty() {
        return vec![];
    }
    vec![Finding::new(
        RULE.id,
        "directories in which entries differ have another time".to_owned(),
        claims,
    )]
}
