//! What differs with a technique alone: built in a user namespace, the entry is as in the normal
//! build, or differs from it in other fields.

use crate::explain::case::{Case, Numbered};
use crate::explain::divergent_fields::{differs_there, names};
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::rules::privileges_lost::is_lost;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::Technique,
    needs: Needs::Nothing,
    explains: Explains::Everything,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let Some(technique) = &case.observations.technique else {
        return vec![];
    };
    let own = case
        .free()
        .filter(|one| !differs_there(&technique.ordinary, one.divergence));
    let (lost, others): (Vec<_>, Vec<_>) = own.partition(|one| is_lost(case, one.divergence));
    let name = || technique.name.clone();
    let privileges = What::TechniqueLosesPrivileges { technique: name() };
    let rest = What::TechniqueDiffers { technique: name() };
    let findings = [finding(privileges, &lost), finding(rest, &others)];
    findings.into_iter().flatten().collect()
}

fn finding(what: What, claimed: &[Numbered<'_>]) -> Option<Finding> {
    let evidence = claimed
        .iter()
        .map(|one| Evidence::on(one.divergence, EntryFact::Fields(names(one.divergence))));
    let claims = claimed.iter().map(|one| one.at).collect();
    let finding = Finding::new(RULE.id, what).claiming(claims).with(evidence);
    (!claimed.is_empty()).then_some(finding)
}
