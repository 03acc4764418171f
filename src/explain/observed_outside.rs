//! What maintainer scripts of an observed chrootless build tried on the outside, and what they
//! decided by there.
//!
//! A call tells what it did when it was made; an audit tells what is left of all calls at the
//! end. An attempt had an effect if something is left of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::change::{Change, ChangeKind};
use crate::debian::maintainer_script::ScriptKind;
use crate::debian::temporary_root::{TEMPORARY_ROOT, is_temporary_root};
use crate::explain::command_line::CommandLine;
use crate::explain::ran::may_have_run;
use crate::explain::random_name::{end_length, is_of_sed, is_random};
use crate::explain::script_line::{Access, script_line};
use crate::explain::script_runs::kind;
use crate::explain::scripts::command_names::is_outsides_own;
use crate::explain::scripts::package::Scripts;
use crate::trace::attempt;
use crate::trace::log::Gap;
use crate::trace::process::{Process, Script};
use crate::trace::record::{self, Trace};

/// What maintainer scripts of an observed chrootless build did about the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedOutside {
    /// What they would have changed, in the order in which they tried; what repeats stands once.
    pub attempts: Vec<Attempt>,
    /// What the scripts themselves looked at, likewise.
    pub reads: Vec<OutsideRead>,
    /// The commands that the scripts themselves ran, whatever those did, each once.
    pub commands: Vec<Actor>,
    /// Lines that are seen not to have run, of scripts that did.
    pub(crate) idle: BTreeSet<(String, ScriptKind, usize)>,
    /// Names of the programs that were executed, by whomever.
    pub(crate) programs: BTreeSet<String>,
    /// Why it may not be everything, if it may not.
    pub gap: Option<Gap>,
}

/// A process of a maintainer script.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Actor {
    /// The binary package.
    pub package: String,
    /// The script.
    pub script: ScriptKind,
    /// Its command line.
    pub command: CommandLine,
    /// Number of the script's line, if one is likelier than all others to have done it.
    pub line: Option<usize>,
}

/// A call of a maintainer script's process that would change a path of the outside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attempt {
    /// The path, absolute.
    pub path: Vec<u8>,
    /// The call's name in syscalls(2).
    pub call: String,
    /// What came of it.
    pub effect: Effect,
    /// Who did it.
    pub actor: Actor,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The outside changed.
    Changed,
    /// It is as it was: what the call sets was there already, or nothing is left of it.
    Unchanged,
    /// It is as it was: the call failed with this error.
    Failed(i32),
    /// It is as it was: the system did not allow the call, with this error.
    Refused(i32),
}

/// A question of a maintainer script about a path of the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideRead {
    /// The path, absolute.
    pub path: Vec<u8>,
    /// The answer: whether something is there.
    pub exists: bool,
    /// Who asked.
    pub actor: Actor,
}

/// What is known of the outside's changes.
#[derive(Debug, Clone, Copy)]
pub enum Audited<'a> {
    /// These are all.
    Changes(&'a [Change]),
    /// Nobody looked.
    Unwatched,
}

impl ObservedOutside {
    /// Reads a trace of a chrootless build, given what an audit saw and the scripts.
    #[must_use]
    pub fn new(trace: &Trace, audited: Audited<'_>, scripts: &Scripts) -> Self {
        let attempts = trace
            .attempts
            .iter()
            .filter(|one| !leads_to_root(one, trace) && !leads_below(one, trace));
        let attempts = attempts.filter_map(|one| {
            let effect = effect(one, trace, audited);
            Some(Attempt {
                path: named(one, effect, trace, audited),
                call: one.call.clone(),
                effect,
                actor: actor(&one.process, &one.path, Access::Writes, scripts, trace)?,
            })
        });
        let reads = trace.decided_by.iter();
        let reads = reads
            .filter(|one| !is_of_interpreter(one, scripts))
            .filter_map(|one| {
                Some(OutsideRead {
                    path: one.path.clone(),
                    exists: one.is_there,
                    actor: actor(&one.process, &one.path, Access::Reads, scripts, trace)?,
                })
            });
        Self {
            attempts: distinct(attempts),
            reads: distinct(reads),
            commands: trace
                .commands
                .iter()
                .filter_map(|process| actor(process, b"", Access::Writes, scripts, trace))
                .collect(),
            idle: idle(trace, scripts),
            programs: trace.executed.keys().map(|path| base(path)).collect(),
            gap: trace.gap,
        }
    }

    /// The attempts of a package's scripts.
    pub fn attempts_of(&self, package: &str) -> impl Iterator<Item = &Attempt> {
        let all = self.attempts.iter();
        all.filter(move |attempt| attempt.actor.package == package)
    }
}

/// The name of a file without its directory.
fn base(path: &[u8]) -> String {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
}

/// The lines that act on the outside and are seen not to have run, in none of the runs of a script.
fn idle(trace: &Trace, scripts: &Scripts) -> BTreeSet<(String, ScriptKind, usize)> {
    let mut runs: BTreeMap<(&str, ScriptKind), Vec<&Script>> = BTreeMap::new();
    for run in &trace.scripts {
        if let Some(kind) = kind(run) {
            let file = (run.package.as_str(), kind.file());
            runs.entry(file).or_default().push(run);
        }
    }
    let mut found = BTreeSet::new();
    for ((package, kind), runs) in runs {
        let Some(text) = scripts.script(package, kind) else {
            continue;
        };
        let may_have = |number| {
            runs.iter()
                .any(|run| may_have_run(text, number, run, &[trace]))
        };
        let lines = text.silent_lines().map(|line| line.number);
        let idle = lines.filter(|number| !may_have(*number));
        found.extend(idle.map(|number| (package.to_owned(), kind, number)));
    }
    found
}

/// Each value once. Processes that differ in the random name of the target root only are alike.
fn distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

/// Whether an attempt is on what leads to the target root, made on the way there: `mkdir -p`
/// below the root tries to make each parent first.
fn leads_to_root(attempt: &attempt::Attempt, trace: &Trace) -> bool {
    let root = |path: &[u8]| is_temporary_root(&String::from_utf8_lossy(path));
    let fails = matches!(attempt.effect, attempt::Effect::Failed(nix::libc::EEXIST));
    let is_parent = || TEMPORARY_ROOT.as_bytes().starts_with(&attempt.path);
    let goes_on = || {
        let mut others = trace.attempts.iter();
        others.any(|other| root(&other.path) && other.process == attempt.process)
    };
    fails && (root(&attempt.path) || (is_parent() && goes_on()))
}

/// Whether an attempt is on a directory that exists, made on the way to one below it: one command,
/// `mkdir -p`, says it of each.
fn leads_below(attempt: &attempt::Attempt, trace: &Trace) -> bool {
    let makes = |one: &attempt::Attempt| one.call.starts_with("mkdir");
    let is_below = |path: &[u8]| {
        let rest = path.strip_prefix(attempt.path.as_slice());
        rest.is_some_and(|rest| rest.starts_with(b"/"))
    };
    let mut others = trace.attempts.iter();
    makes(attempt)
        && attempt.effect == attempt::Effect::Failed(nix::libc::EEXIST)
        && others
            .any(|other| makes(other) && is_below(&other.path) && other.process == attempt.process)
}

/// Whether a read is of the outside's own programs, or one that the interpreter makes when it
/// starts: bash asks for the user's account.
fn is_of_interpreter(read: &record::Read, scripts: &Scripts) -> bool {
    if is_outsides_own(&String::from_utf8_lossy(&read.path)) {
        return true;
    }
    let run = read.process.script.as_ref();
    let script = run.and_then(|run| scripts.script(&run.package, kind(run)?.file()));
    script.is_some_and(|script| {
        script.interpreter == "bash"
            && read.path == b"/etc/passwd"
            && script.lines_about("/etc/passwd").is_empty()
    })
}

fn actor(
    process: &Process,
    path: &[u8],
    access: Access,
    scripts: &Scripts,
    trace: &Trace,
) -> Option<Actor> {
    let run = process.script.as_ref()?;
    Some(Actor {
        package: run.package.clone(),
        script: kind(run)?,
        command: CommandLine::of_process(process),
        line: script_line(scripts, process, path, access, &[trace]),
    })
}

/// The path, the same in every build: of one that comes and goes, the random or counted end of its
/// name is `*`.
fn named(
    attempt: &attempt::Attempt,
    effect: Effect,
    trace: &Trace,
    audited: Audited<'_>,
) -> Vec<u8> {
    let is_left = match audited {
        Audited::Changes(changes) => changes.iter().any(|one| covers(one, &attempt.path)),
        Audited::Unwatched => false,
    };
    let is_gone = effect == Effect::Unchanged && !is_left && is_changed(trace, &attempt.path);
    let path = attempt.path.as_slice();
    let length = end_length(path);
    let (kept, random) = path.split_at(path.len().saturating_sub(length));
    let is_name = kept.ends_with(b"/");
    let is_made_up = is_random(random) || is_name && is_of_sed(random);
    // What could be neither made nor removed has no name that anybody knows, if that is a number.
    let is_number = is_name && random.iter().all(u8::is_ascii_digit) && !random.is_empty();
    let is_nowhere = is_number && effect == Effect::Failed(nix::libc::ENOENT);
    if is_gone && is_made_up || is_nowhere {
        [kept, b"*"].concat()
    } else {
        path.to_vec()
    }
}

fn effect(attempt: &attempt::Attempt, trace: &Trace, audited: Audited<'_>) -> Effect {
    match (attempt.effect, audited) {
        (attempt::Effect::Failed(error), _) => Effect::Failed(error),
        (attempt::Effect::Refused(error), _) => Effect::Refused(error),
        (attempt::Effect::SameValue, _) => Effect::Unchanged,
        (attempt::Effect::Opened | attempt::Effect::Changed, Audited::Unwatched) => Effect::Changed,
        // Account tools open files that others replace: what changed is theirs.
        (attempt::Effect::Opened, Audited::Changes(_)) if is_changed(trace, &attempt.path) => {
            Effect::Unchanged
        }
        (attempt::Effect::Opened | attempt::Effect::Changed, Audited::Changes(changes)) => {
            if changes.iter().any(|change| covers(change, &attempt.path)) {
                Effect::Changed
            } else {
                Effect::Unchanged
            }
        }
    }
}

/// Whether a call is known to have changed a path.
fn is_changed(trace: &Trace, path: &[u8]) -> bool {
    let mut attempts = trace.attempts.iter();
    attempts.any(|one| one.path == path && one.effect == attempt::Effect::Changed)
}

/// Whether a change is one of a path: a directory that came or went took with it what is in it.
fn covers(change: &Change, path: &[u8]) -> bool {
    let Some(rest) = path.strip_prefix(change.path.as_slice()) else {
        return false;
    };
    let is_whole = matches!(change.kind, ChangeKind::Created | ChangeKind::Removed);
    rest.is_empty() || (is_whole && rest.starts_with(b"/"))
}

#[cfg(test)]
mod tests;
