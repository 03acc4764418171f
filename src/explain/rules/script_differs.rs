//! A script wrote the entry in one build only, or wrote something else.

use bstr::ByteSlice as _;

use crate::compare::comparison::{Divergence, DivergenceKind};
use crate::debian::merged_usr::other_spelling;
use crate::debian::temporary_root::TEMPORARY_ROOT;
use crate::explain::case::{Case, EntryRuns};
use crate::explain::command_line::CommandLine;
use crate::explain::divergent_fields::has;
use crate::explain::evidence::{Builds, EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::observed_outside::{Attempt, ObservedOutside};
use crate::explain::quoted_lines::part;
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_line::Access;
use crate::explain::script_runs::{ScriptRun, kind, runs_without};

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
    let free = case.free().filter(|one| !case.shared.has(one.divergence));
    let found = free.flat_map(|one| {
        let differences = differences(case, one.divergence).into_iter();
        let findings = differences.map(|difference| {
            let finding = finding(case, one.divergence, difference, outside.as_ref());
            finding.claiming(vec![one.at])
        });
        findings.collect::<Vec<_>>()
    });
    found.collect()
}

fn finding(
    case: &Case<'_>,
    divergence: &Divergence,
    difference: Difference<'_>,
    outside: Option<&ObservedOutside>,
) -> Finding {
    let Difference { what, run, builds } = difference;
    let outside = outside.filter(|_| what == What::ChangedNothing).into_iter();
    let attempts: Vec<Evidence> = outside
        .flat_map(|outside| instead(outside, run, divergence))
        .map(|attempt| Evidence::Attempt(attempt.clone()))
        .collect();
    let what = if attempts.is_empty() {
        what
    } else {
        What::ActedOutside
    };
    let trace = match builds {
        Builds::Normal | Builds::Both => case.observations.normal,
        Builds::Chrootless => case.observations.chrootless,
    };
    let mut processes = case.setters(trace, divergence, run.script);
    if processes.is_empty() {
        processes.push(run.process);
    }
    let path = divergence.entry_path().as_bytes();
    let last = processes.last();
    let part = last.and_then(|last| part(case, last, path, Access::WritesInside));
    let written = processes.into_iter().map(|process| {
        let command = CommandLine::of_script(process);
        Evidence::on(divergence, EntryFact::WrittenIn { builds, command })
    });
    let stored = root_named(divergence).map(|fact| Evidence::on(divergence, fact));
    let finding = case.finding(RULE.id, what, Some(run.script));
    let finding = finding.with(written).with(stored).with(attempts);
    Finding { part, ..finding }
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
/// normal build. What sets an owner, permissions or times makes no file, and no bytes.
fn instead<'o>(
    outside: &'o ObservedOutside,
    run: ScriptRun<'_>,
    divergence: &Divergence,
) -> impl Iterator<Item = &'o Attempt> {
    let path = divergence.entry_path();
    let is_one_sided = divergence.left.is_none() || divergence.right.is_none();
    let is_made = is_one_sided || has(divergence, "content");
    let sets = |call: &str| {
        ["chmod", "chown", "utime"]
            .iter()
            .any(|word| call.contains(word))
    };
    let absolute = [b"/", path.as_bytes()].concat();
    let other = other_spelling(path.as_bytes()).map(|other| [&b"/"[..], &other].concat());
    let attempts = outside.attempts_of(&run.script.package);
    attempts.filter(move |attempt| {
        Some(attempt.actor.script) == kind(run.script)
            && !(is_made && sets(&attempt.call))
            && (attempt.path == absolute || Some(&attempt.path) == other.as_ref())
    })
}

/// What scripts did otherwise: each one that left something out, the last one first, else the last
/// one that did more, or something else.
fn differences<'a>(case: &Case<'a>, divergence: &Divergence) -> Vec<Difference<'a>> {
    let missing = case.missing_runs(divergence).into_iter().rev();
    let missing: Vec<Difference<'_>> = missing
        .map(|run| Difference {
            what: What::ChangedNothing,
            run,
            builds: Builds::Normal,
        })
        .collect();
    if missing.is_empty() {
        difference(case, divergence).into_iter().collect()
    } else {
        missing
    }
}

fn difference<'a>(case: &Case<'a>, divergence: &Divergence) -> Option<Difference<'a>> {
    let EntryRuns { normal, chrootless } = case.entry_runs(divergence);
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
