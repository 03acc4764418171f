//! A trigger ran in the normal build and never in the chrootless one.

use crate::explain::case::Case;
use crate::explain::command_line::CommandLine;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_runs::{is_same, is_trigger};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::TriggerNotRun,
    needs: Needs::Both,
    explains: Explains::Everything,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        if case.shared.has(divergence) {
            return None;
        }
        let last = case.missing_runs(divergence).pop();
        let run = last.filter(|run| is_trigger(run.script))?;
        let trace = case.observations.chrootless;
        if trace.is_some_and(|trace| trace.ran(|other| is_same(run.script, other))) {
            return None;
        }
        let finding = case.finding(RULE.id, What::TriggerNotRun, Some(run.script));
        let written = EntryFact::WrittenByTrigger {
            run: run.script.clone(),
            command: CommandLine::of_script(run.process),
        };
        Some(finding.with([Evidence::on(divergence, written)]))
    })
}
