//! A script wrote the entry in one build only, or wrote something else.

use bstr::ByteSlice as _;

use crate::compare::comparison::{Divergence, DivergenceKind};
use crate::debian::merged_usr::other_spelling;
use crate::debian::temporary_root::TEMPORARY_ROOT;
use crate::explain::case::{Case, EntryRuns};
use crate::explain::command_line::CommandLine;
use crate::explain::evidence::{Builds, EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::observed_outside::{Attempt, ObservedOutside};
use crate::explain::quoted_lines::part;
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_line::Access;
use crate::explain::script_runs::{ScriptRun, is_same, kind, runs_without};
use crate::tar::entry_path::EntryPath;

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
    let outside = case
        .observations
        .chrootless
        .map(|trace| ObservedOutside::new(trace, case.observations.audited, &case.chroots.scripts));
    case.find_each(|divergence| {
        if case.shared.has(divergence) {
            return None;
        }
        let Difference { what, run, builds } = difference(case, divergence)?;
        let outside = outside.iter().filter(|_| what == What::ChangedNothing);
        let attempts: Vec<Evidence> = outside
            .flat_map(|outside| instead(outside, run, divergence.entry_path()))
            .map(|attempt| Evidence::Attempt(attempt.clone()))
            .collect();
        let what = if attempts.is_empty() {
            what
        } else {
            What::ActedOutside
        };
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
            part: processes
                .last()
                .and_then(|last| part(case, last, path.as_bytes(), Access::WritesInside)),
            ..finding
        };
        let missing = case.missing_runs(divergence).into_iter();
        let others = missing.filter(|other| !is_same(other.script, run.script));
        let others = others.map(|other| Evidence::on(divergence, EntryFact::left_out_too(other)));
        let others: Vec<Evidence> = others.filter(|_| builds == Builds::Normal).collect();
        let written = processes.into_iter().map(|process| {
            let command = CommandLine::of_script(process);
            Evidence::on(divergence, EntryFact::WrittenIn { builds, command })
        });
        let stored = root_named(divergence).map(|fact| Evidence::on(divergence, fact));
        Some(
            finding
                .with(written)
                .with(others)
                .with(stored)
                .with(attempts),
        )
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

/// What a script did to the same path of the outside, where it wrote an entry of the chroot in the
/// normal build.
fn instead<'o>(
    outside: &'o ObservedOutside,
    run: ScriptRun<'_>,
    path: EntryPath<'_>,
) -> impl Iterator<Item = &'o Attempt> {
    let absolute = [b"/", path.as_bytes()].concat();
    let other = other_spelling(path.as_bytes()).map(|other| [&b"/"[..], &other].concat());
    let attempts = outside.attempts_of(&run.script.package);
    attempts.filter(move |attempt| {
        Some(attempt.actor.script) == kind(run.script)
            && (attempt.path == absolute || Some(&attempt.path) == other.as_ref())
    })
}

fn difference<'a>(case: &Case<'a>, divergence: &Divergence) -> Option<Difference<'a>> {
    let EntryRuns { normal, chrootless } = case.entry_runs(divergence);
    if let Some(run) = case.missing_runs(divergence).pop() {
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
