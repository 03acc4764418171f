//! A script fails chrootless: what it would have written after that is missing.

use std::sync::Arc;

use crate::explain::case::Case;
use crate::explain::evidence::{CommandRole, EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::reached::{fails, fails_before, is_same_command};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_runs::{is_same, runs, runs_without};
use crate::trace::process::Process;

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
        let normal = case.normal_entry_writers(divergence);
        let chrootless = case.chrootless_entry_writers(divergence);
        // A script that wrote in the chrootless build only is another cause.
        if !runs_without(&runs(&chrootless), &runs(&normal)).is_empty() {
            return None;
        }
        let undone: Vec<_> = normal
            .into_iter()
            .filter(|process| is_undone(case, process, &chrootless))
            .collect();
        let path = divergence.entry_path().as_bytes();
        if !undone.iter().all(|one| fails_before(case, one, path)) {
            return None;
        }
        let missing = runs(&undone);
        let (last, others) = missing.split_last()?;
        let finding = case.finding(RULE.id, What::ScriptFailed, Some(last.script));
        let command = Evidence::of_command(*last, CommandRole::WroteInNormalBuild);
        let others = others
            .iter()
            .map(|run| Evidence::on(divergence, EntryFact::left_out_too(*run)));
        Some(finding.with([command]).with(others))
    })
}

/// Whether a script's process wrote in the normal build, and no process of the same script in the
/// chrootless one; if the script fails there, none that ran for the same command.
fn is_undone(case: &Case<'_>, process: &Process, chrootless: &[&Arc<Process>]) -> bool {
    let Some(script) = &process.script else {
        return false;
    };
    let fails = fails(case, script);
    !chrootless.iter().any(|other| {
        let same = other.script.as_ref().is_some_and(|it| is_same(it, script));
        same && (!fails || is_same_command(other, process))
    })
}
