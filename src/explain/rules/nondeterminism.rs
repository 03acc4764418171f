//! Two builds of one mode differ in the same fields of an entry that both have, so that `DPKG_ROOT`
//! is not the reason.

use crate::compare::comparison::DivergenceKind;
use crate::explain::case::Case;
use crate::explain::divergent_fields::differs_there;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::Nondeterminism,
    needs: Needs::Nothing,
    explains: Explains::Everything,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        // That an entry is there or not is what a script did or left out, whatever is in it.
        let is_in_both = divergence.kind == DivergenceKind::Changed;
        if !is_in_both || !differs_there(&case.observations.control, divergence) {
            return None;
        }
        let by = case.last_chrootless(divergence);
        let finding = case.finding(RULE.id, What::NormalBuildsDiffer, by.map(|run| run.script));
        let written = |run| Evidence::on(divergence, EntryFact::written_by(run));
        Some(finding.with(by.map(written)))
    })
}
