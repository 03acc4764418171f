//! A directory's time differs because entries in it do.

use crate::compare::comparison::Divergence;
use crate::explain::case::Case;
use crate::explain::divergent_fields::has_only;
use crate::explain::entry_causes::EntryCauses;
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_runs::kind;
use crate::tar::entry_path::EntryPath;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::ParentTime,
    needs: Needs::Nothing,
    explains: Explains::Fields(&["mtime"]),
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut causes = EntryCauses::default();
    for (at, divergence) in case.divergences.iter().enumerate() {
        causes.add(divergence, case.claimed(at));
    }
    case.find_each(|divergence| {
        let path = divergence.entry_path();
        let cause = causes.one(path.from_root());
        let cause = cause.and_then(|number| case.finding_at(number));
        let cause = cause.filter(|finding| is_last_in(case, path, finding));
        is_for_its_entries(case, divergence).then(|| finding(cause))
    })
}

/// Whether it is the script of a finding that made the last entry in a directory, as far as it is
/// known which script did: of several scripts that have a part in the entries, only that one gave the
/// directory its time.
fn is_last_in(case: &Case<'_>, path: EntryPath<'_>, finding: &Finding) -> bool {
    let last = case
        .last_in(path)
        .and_then(|process| process.script.as_ref());
    last.is_none_or(|script| {
        finding.package.as_ref() == Some(&script.package) && finding.script == kind(script)
    })
}

/// With one cause for all entries in it, the directory's cause is the same.
pub(crate) fn finding(cause_of_all: Option<&Finding>) -> Finding {
    cause_of_all.map_or_else(
        || Finding::new(RULE.id, What::ParentTimes),
        Finding::without_evidence,
    )
}

/// Whether an entry is a directory that differs in its time only, and entries in it differ.
pub(crate) fn is_for_its_entries(case: &Case<'_>, divergence: &Divergence) -> bool {
    has_only(divergence, &["mtime"]) && case.has_entries(divergence)
}
