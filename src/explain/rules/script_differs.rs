//! A script wrote the entry in one build only, or wrote something else.

use std::cell::LazyCell;

use bstr::ByteSlice as _;

use crate::compare::comparison::{Divergence, DivergenceKind};
use crate::debian::merged_usr::other_spelling;
use crate::debian::temporary_root::TEMPORARY_ROOT;
use crate::explain::case::{Case, EntryRuns};
use crate::explain::command_line::CommandLine;
use crate::explain::evidence::{Builds, EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::observed_outside::{Attempt, Effect, ObservedOutside};
use crate::explain::quoted_lines::part;
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_line::Access;
use crate::explain::script_runs::{ScriptRun, kind, runs_without};
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
        let difference = difference(case, divergence)?;
        Some(finding(case, divergence, difference, outside.as_ref()))
    })
}

/// Findings on the other scripts that left out something of an entry that one side lacks and that
/// a finding on a script has claimed already, with the position of the entry.
pub(crate) fn left_out_too(case: &Case<'_>) -> Vec<(usize, Finding)> {
    const OF_SCRIPTS: [RuleId; 4] = [
        RuleId::EscapedWrite,
        RuleId::ScriptDiffers,
        RuleId::ScriptFailed,
        RuleId::Accounts,
    ];
    let (Some(_), Some(chrootless)) = (case.observations.normal, case.observations.chrootless)
    else {
        return Vec::new();
    };
    let scripts = &case.chroots.scripts;
    // Most entries have no other script.
    let outside =
        LazyCell::new(|| ObservedOutside::new(chrootless, case.observations.audited, scripts));
    let mut found = Vec::new();
    for (at, divergence) in case.divergences.iter().enumerate() {
        let claiming = case.claimed(at).and_then(|number| case.finding_at(number));
        let Some(first) = claiming.filter(|one| OF_SCRIPTS.contains(&one.rule)) else {
            continue;
        };
        if divergence.kind != DivergenceKind::LeftOnly {
            continue;
        }
        let is_firsts = |run: &ScriptRun<'_>| {
            Some(&run.script.package) == first.package.as_ref() && kind(run.script) == first.script
        };
        let others = case.missing_runs(divergence).into_iter().rev();
        for run in others.filter(|run| !is_firsts(run)) {
            let difference = Difference {
                what: What::ChangedNothing,
                run,
                builds: Builds::Normal,
            };
            found.push((at, finding(case, divergence, difference, Some(&outside))));
        }
    }
    found
}

fn finding(
    case: &Case<'_>,
    divergence: &Divergence,
    difference: Difference<'_>,
    outside: Option<&ObservedOutside>,
) -> Finding {
    let Difference { what, run, builds } = difference;
    let outside = outside.filter(|_| what == What::ChangedNothing);
    let at_path: Vec<&Attempt> = outside
        .into_iter()
        .flat_map(|outside| there(outside, run, divergence))
        .collect();
    let deed = Deed::of(&case.open_fields(divergence));
    let is_changed = |one: &&&Attempt| one.effect == Effect::Changed;
    let is_instead = at_path.iter().any(|one| deed.is_of(&one.call));
    // What had an effect is said as well, beside what had none.
    let told = at_path
        .iter()
        .filter(|one| is_instead && (deed.is_of(&one.call) || is_changed(one)));
    let attempts: Vec<Evidence> = told
        .map(|attempt| Evidence::Attempt((*attempt).clone()))
        .collect();
    let what = match attempts.is_empty() {
        true => what,
        false if at_path.iter().any(|one| is_changed(&one)) => What::WroteOutside,
        false if outside_in(outside, run, divergence) => What::WroteOutside,
        false => What::ActedOutside,
    };
    // What a script left out inside and wrote outside instead is an escaped write, whoever wrote it
    // there last.
    let rule = match what {
        What::WroteOutside => RuleId::EscapedWrite,
        _ => RULE.id,
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
    let finding = case.finding(rule, what, Some(run.script));
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

/// What has to be done to a path so that an entry differs as it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// Setting its owner.
    Own,
    /// Setting its permissions.
    Permit,
    /// Making or writing it.
    Make,
    /// Any of these.
    Any,
}

impl Deed {
    /// Of an entry that differs in these fields; in none if only one side has it.
    fn of(fields: &[&str]) -> Self {
        let all = |names: &[&str]| fields.iter().all(|field| names.contains(field));
        match () {
            () if fields.is_empty() || fields.contains(&"content") => Self::Make,
            () if all(&["uid", "gid", "uname", "gname"]) => Self::Own,
            () if all(&["mode"]) => Self::Permit,
            () => Self::Any,
        }
    }

    /// Whether a call does it. What sets an owner, permissions or times makes no file, and no bytes.
    fn is_of(self, call: &str) -> bool {
        let owns = call.contains("chown");
        let permits = call.contains("chmod");
        match self {
            Self::Own => owns,
            Self::Permit => permits,
            Self::Make => !owns && !permits && !call.contains("utime"),
            Self::Any => true,
        }
    }
}

/// What a script did to the same path of the outside, where it wrote an entry of the chroot in the
/// normal build.
fn there<'o>(
    outside: &'o ObservedOutside,
    run: ScriptRun<'_>,
    divergence: &Divergence,
) -> impl Iterator<Item = &'o Attempt> {
    let path = divergence.entry_path();
    let absolute = [b"/", path.as_bytes()].concat();
    let other = other_spelling(path.as_bytes()).map(|other| [&b"/"[..], &other].concat());
    let attempts = outside.attempts_of(&run.script.package);
    attempts.filter(move |attempt| {
        Some(attempt.actor.script) == kind(run.script)
            && (attempt.path == absolute || Some(&attempt.path) == other.as_ref())
    })
}

/// Whether a script changed something in the directory of the outside that an entry is.
fn outside_in(
    outside: Option<&ObservedOutside>,
    run: ScriptRun<'_>,
    divergence: &Divergence,
) -> bool {
    let directory = Some(divergence.entry_path());
    let attempts = outside.into_iter().flat_map(|outside| {
        let all = outside.attempts_of(&run.script.package);
        all.filter(|one| Some(one.actor.script) == kind(run.script))
    });
    let mut changed = attempts.filter(|one| one.effect == Effect::Changed);
    changed.any(|one| EntryPath::new(&one.path).parent() == directory)
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
