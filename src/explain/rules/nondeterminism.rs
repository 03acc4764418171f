//! Two normal builds differ in the same fields, so that `DPKG_ROOT` is not the reason.

use crate::explain::case::Case;
use crate::explain::divergent_fields::differs_there;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::Nondeterminism,
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        if !differs_there(&case.observations.control, divergence) {
            return None;
        }
        let by = case.last_chrootless(divergence);
        let finding = case.finding(RULE.id, What::NormalBuildsDiffer, by.map(|run| run.script));
        let written = |run| Evidence::on(divergence, EntryFact::written_by(run));
        Some(finding.with(by.map(written)))
    })
}
