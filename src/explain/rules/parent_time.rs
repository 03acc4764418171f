//! A directory's time differs because entries in it do.

use crate::compare::comparison::Divergence;
use crate::explain::case::Case;
use crate::explain::divergent_fields::has_only;
use crate::explain::entry_causes::EntryCauses;
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
    let mut causes = EntryCauses::default();
    for (at, divergence) in case.divergences.iter().enumerate() {
        causes.add(divergence, case.claimed(at));
    }
    case.find_each(|divergence| {
        let path = divergence.entry_path();
        let cause = causes.one(path.from_root());
        is_for_its_entries(case, divergence)
            .then(|| finding(cause.and_then(|number| case.finding_at(number))))
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
