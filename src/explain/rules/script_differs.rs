//! A script wrote the entry in one build only, or wrote something else.

use crate::compare::comparison::{Divergence, DivergenceKind};
use crate::explain::case::{Case, EntryRuns};
use crate::explain::command_line::CommandLine;
use crate::explain::evidence::{Builds, EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::quoted_lines::part;
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_runs::{ScriptRun, runs_without};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::ScriptDiffers,
    needs: Needs::Both,
    explains: Explains::Everything,
    find,
};

/// What a script did, and in which builds it wrote the entry.
struct Difference<'a> {
    what: What,
    run: ScriptRun<'a>,
    builds: Builds,
}

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let Difference { what, run, builds } = difference(case, divergence)?;
        let finding = case.finding(RULE.id, what, Some(run.script));
        let trace = match builds {
            Builds::Normal | Builds::Both => case.observations.normal,
            Builds::Chrootless => case.observations.chrootless,
        };
        let mut processes = case.setters(trace, divergence, run.script);
        if processes.is_empty() {
            processes.push(run.process);
        }
        let path = divergence.entry_path();
        let finding = Finding {
            part: processes.last().and_then(|last| part(case, last, path)),
            ..finding
        };
        let written = processes.into_iter().map(|process| {
            let command = CommandLine::of_script(process);
            Evidence::on(divergence, EntryFact::WrittenIn { builds, command })
        });
        Some(finding.with(written))
    })
}

fn difference<'a>(case: &Case<'a>, divergence: &Divergence) -> Option<Difference<'a>> {
    let EntryRuns { normal, chrootless } = case.entry_runs(divergence);
    if let Some(run) = runs_without(&normal, &chrootless).pop() {
        return Some(Difference {
            what: What::ChangedNothing,
            run,
            builds: Builds::Normal,
        });
    }
    if let Some(run) = runs_without(&chrootless, &normal).pop() {
        return Some(Difference {
            what: What::ChangedMore,
            run,
            builds: Builds::Chrootless,
        });
    }
    Some(Difference {
        what: match divergence.kind {
            DivergenceKind::LeftOnly => What::DidNotMakeIt,
            DivergenceKind::Changed
            | DivergenceKind::RightOnly
            | DivergenceKind::Moved
            | DivergenceKind::Reordered => What::MadeSomethingElse,
        },
        run: *normal.last()?,
        builds: Builds::Both,
    })
}
