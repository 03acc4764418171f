//! A directory's time differs because entries in it do.

use crate::compare::comparison::Divergence;
use crate::explain::case::{Case, parents};
use crate::explain::divergent_fields::has_only;
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::ParentTime,
    needs: Needs::Nothing,
    explains: Explains::Fields(&["mtime"]),
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        if !is_for_its_entries(case, divergence) {
            return None;
        }
        let mut causes = entries_in(case, divergence).map(|at| case.claiming(at));
        let first = causes.next()?;
        let is_same = |one: Option<&Finding>| match (one, first) {
            (Some(one), Some(first)) => one.is_same_cause(first),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let is_one = causes.all(is_same);
        // With one cause for all entries in it, the directory's cause is the same.
        Some(match first.filter(|_| is_one) {
            Some(cause) => cause.without_evidence(),
            None => Finding::new(RULE.id, What::ParentTimes),
        })
    })
}

/// Whether an entry is a directory that differs in its time only, and entries in it differ.
pub(crate) fn is_for_its_entries(case: &Case<'_>, divergence: &Divergence) -> bool {
    has_only(divergence, &["mtime"]) && case.has_entries(divergence)
}

/// The positions of the divergences of entries that stand directly in a directory.
fn entries_in<'c>(case: &'c Case<'_>, directory: &'c Divergence) -> impl Iterator<Item = usize> {
    let all = case.divergences.iter().enumerate();
    let directory = directory.entry_path().from_root();
    all.filter(move |(_, other)| parents(other).any(|parent| parent == directory))
        .map(|(at, _)| at)
}
