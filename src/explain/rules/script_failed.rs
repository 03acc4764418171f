//! A script fails chrootless: what it would have written after that is missing.

use crate::explain::case::Case;
use crate::explain::evidence::{CommandRole, EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_runs::{ScriptRun, runs, runs_without};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::ScriptFailed,
    needs: Needs::Both,
    explains: Explains::Everything,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    if case.observations.passed_over.is_empty() {
        return Vec::new();
    }
    case.find_each(|divergence| {
        if case.shared.has(divergence) {
            return None;
        }
        let path = divergence.entry_path();
        let normal = runs(&case.normal_writers(path));
        let chrootless = runs(&case.chrootless_writers(path));
        // A script that wrote in the chrootless build only is another cause.
        if !runs_without(&chrootless, &normal).is_empty() {
            return None;
        }
        let missing = runs_without(&normal, &chrootless);
        if !missing.iter().all(|run| is_passed_over(case, *run)) {
            return None;
        }
        let (last, others) = missing.split_last()?;
        let finding = case.finding(RULE.id, What::ScriptFailed, Some(last.script));
        let command = Evidence::of_command(*last, CommandRole::WroteInNormalBuild);
        let others = others
            .iter()
            .map(|run| Evidence::on(divergence, EntryFact::left_out_too(*run)));
        Some(finding.with([command]).with(others))
    })
}

/// Whether a run is of a script that fails chrootless.
fn is_passed_over(case: &Case<'_>, run: ScriptRun<'_>) -> bool {
    let mut passed_over = case.observations.passed_over.iter();
    passed_over
        .any(|name| name.package == run.script.package && name.script.as_str() == run.script.name)
}
