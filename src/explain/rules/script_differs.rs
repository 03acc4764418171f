//! A script wrote the entry in one build only, or wrote something else.

use bstr::ByteSlice as _;

use crate::compare::comparison::{Divergence, DivergenceKind};
use crate::debian::temporary_root::TEMPORARY_ROOT;
use crate::explain::case::{Case, EntryRuns};
use crate::explain::command_line::CommandLine;
use crate::explain::evidence::{Builds, EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
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
        if case.shared.has(divergence) {
            return None;
        }
        let Difference { what, run, builds } = difference(case, divergence)?;
        let finding = case.finding(RULE.id, what, Some(run.script));
        let command = CommandLine::of_script(run.process);
        let written = EntryFact::WrittenIn { builds, command };
        let facts = std::iter::once(written).chain(root_named(divergence));
        Some(finding.with(facts.map(|fact| Evidence::on(divergence, fact))))
    })
}

/// That the path of the temporary root stands in the chrootless content, and less often or never
/// in the normal one. Whether that is all that differs cannot be told of a binary file, in which
/// other bytes follow from it (systemd-hwdb with `--root` stores the paths of its sources).
fn root_named(divergence: &Divergence) -> Option<EntryFact> {
    let (left, right) = divergence.contents()?;
    let times = |content: &[u8]| content.find_iter(TEMPORARY_ROOT).count();
    let (normal, chrootless) = (times(left), times(right));
    (chrootless > normal).then(|| EntryFact::TemporaryRootStored {
        times: chrootless - normal,
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
