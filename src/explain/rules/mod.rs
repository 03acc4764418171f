//! From many divergences to few causes.
//!
//! A rule reads the divergences that nothing has claimed yet, and what was observed, and makes
//! findings: each claims divergences, says why, and whose script it was. Rules are asked in
//! the order of [`RULES`]; a divergence belongs to the first finding that claims it. What no
//! rule claims stays unexplained. Explaining never acquits: the verdict is made before.

pub(crate) mod accounts;
pub(crate) mod aliasing;
pub(crate) mod build_path;
pub(crate) mod clock;
pub(crate) mod configuration_order;
pub(crate) mod escaped_write;
pub(crate) mod foreign_ldconfig;
pub(crate) mod inode_cache;
pub(crate) mod link_roles;
pub(crate) mod nondeterminism;
pub(crate) mod order_only;
pub(crate) mod outside_input;
pub(crate) mod outside_tool;
pub(crate) mod owner_by_name;
pub(crate) mod package_set;
pub(crate) mod parent_time;
pub(crate) mod privileges_lost;
pub(crate) mod random;
pub(crate) mod read_leak;
pub(crate) mod script_differs;
pub(crate) mod script_failed;
pub(crate) mod stored_otherwise;
pub(crate) mod surroundings;
pub(crate) mod technique;
pub(crate) mod tool_itself;
pub(crate) mod trigger_not_run;

use crate::compare::comparison::Divergence;
use crate::explain::basis::Basis;
use crate::explain::case::Case;
use crate::explain::chroots::Chroots;
use crate::explain::debhelper::grouped;
use crate::explain::divergent_fields::{has, has_only};
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::{CONTENT, Explains};
use crate::explain::finding::Finding;
use crate::explain::quoted_lines::quoted_lines;
use crate::explain::rule::Rule;
use crate::explain::rule_id::RuleId;
use crate::explain::shared_lines;
use crate::explain::shared_lines::Deeds;

/// The rules before which the lines of shared files are given to scripts: before the first one that
/// blames who left something out, and before the one that blames who wrote.
const BEFORE: [(RuleId, Deeds); 2] = [
    (RuleId::EscapedWrite, Deeds::LeftOut),
    (RuleId::ScriptDiffers, Deeds::Any),
];

/// All rules, in the order in which they are asked.
pub const RULES: [Rule; 26] = [
    package_set::RULE,
    stored_otherwise::RULE,
    nondeterminism::RULE,
    technique::RULE,
    script_failed::RULE,
    read_leak::RULE,
    aliasing::RULE,
    escaped_write::RULE,
    accounts::RULE,
    build_path::RULE,
    inode_cache::RULE,
    order_only::RULE,
    owner_by_name::RULE,
    outside_input::RULE,
    outside_tool::RULE,
    clock::RULE,
    trigger_not_run::RULE,
    foreign_ldconfig::RULE,
    configuration_order::RULE,
    script_differs::RULE,
    random::RULE,
    privileges_lost::RULE,
    surroundings::RULE,
    link_roles::RULE,
    tool_itself::RULE,
    parent_time::RULE,
];

/// Explains what the rules can explain: the findings, those with the most claims first.
pub(crate) fn findings(mut case: Case<'_>) -> Vec<Finding> {
    ask(&mut case, &RULES);
    for (at, finding) in script_differs::left_out_too(&case) {
        case.share(at, finding);
    }
    let mut findings = case.take_findings();
    for finding in &mut findings {
        // What is to be mended comes first.
        let mut evidence = quoted_lines(&case, finding);
        evidence.append(&mut finding.evidence);
        evidence.extend(times_of_entries(&case, finding));
        finding.evidence = evidence;
    }
    finished(findings, case.basis, case.chroots)
}

/// Lets rules claim what they explain.
pub(crate) fn ask(case: &mut Case<'_>, rules: &[Rule]) {
    for rule in rules {
        if let Some((_, deeds)) = BEFORE.iter().find(|(id, _)| *id == rule.id) {
            case.let_claim(Explains::Fields(CONTENT));
            case.add_together(shared_lines::findings(case, *deeds));
        }
        if !rule.needs.are_met(case) {
            continue;
        }
        case.let_claim(rule.explains);
        for finding in (rule.find)(case) {
            case.add(finding);
        }
        if case.has_finding_of(RuleId::PackageSet) {
            // With other packages anything may differ: nothing else would be an explanation.
            break;
        }
    }
}

/// The findings as they are reported: in order, and one for what a tool brought into many scripts.
pub(crate) fn finished(
    mut findings: Vec<Finding>,
    basis: Basis,
    chroots: &Chroots,
) -> Vec<Finding> {
    for finding in &mut findings {
        finding.basis = basis;
        finding.claims.sort_unstable();
        finding.escapes.sort_unstable();
    }
    let mut findings = grouped(findings, chroots);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.claims.len()));
    findings
}

/// The directories of a finding of a script in which entries differ, and whose time is therefore not
/// what the finding is about.
fn times_of_entries(case: &Case<'_>, finding: &Finding) -> Vec<Evidence> {
    let claims = finding.claims.iter().filter(|_| finding.script.is_some());
    let divergences = claims.filter_map(|at| case.divergences.get(*at));
    let is_apart = |one: &&Divergence| {
        case.has_entries(one) && has(one, "mtime") && !has_only(one, &["mtime"])
    };
    divergences
        .filter(is_apart)
        .map(|one| Evidence::on(one, EntryFact::TimeOfEntries))
        .collect()
}

#[cfg(test)]
mod claim_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_an_id_of_its_own() {
        let mut ids = RULES.map(|rule| rule.id);
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn the_documentation_lists_the_rules_in_their_order() {
        let text = include_str!("../../../docs/causes.md");
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
        let listed: Vec<_> = rows
            .filter_map(|row| Some(row.split_once('`')?.0))
            .collect();
        assert_eq!(listed, RULES.map(|rule| rule.id.as_str()));
    }
}
