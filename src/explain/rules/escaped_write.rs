//! A script changed the outside; inside, the same path lacks the change.

use std::sync::Arc;

use crate::compare::comparison::Divergence;
use crate::explain::case::{Case, Numbered, escape_writer, is_copy, outside_writers};
use crate::explain::command_line::CommandLine;
use crate::explain::divergent_fields::has_only;
use crate::explain::evidence::{CommandRole, Evidence, OutsideAccess};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::quoted_lines::part;
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::explain::script_line::Access;
use crate::explain::script_runs::{ScriptRun, is_same, run_of, runs};
use crate::explain::scripts::Snippet;
use crate::tar::entry_path::EntryPath;
use crate::trace::process::Script;
use crate::trace::record::Trace;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::EscapedWrite,
    needs: Needs::Chrootless,
    explains: Explains::Everything,
    find,
};

/// A script, or the part of it that debhelper added, and the positions of the escapes that are due
/// to it.
struct Culprit<'a> {
    script: &'a Script,
    part: Option<Snippet>,
    escapes: Vec<usize>,
}

fn find(case: &Case<'_>) -> Vec<Finding> {
    let Some(trace) = case.observations.chrootless else {
        return vec![];
    };
    let culprits = culprits(case, trace).into_iter();
    culprits
        .map(|culprit| finding(case, trace, culprit))
        .collect()
}

fn culprits<'a>(case: &Case<'a>, trace: &'a Trace) -> Vec<Culprit<'a>> {
    let mut culprits: Vec<Culprit<'_>> = Vec::new();
    for (at, change) in case.observations.escapes().iter().enumerate() {
        let writer = escape_writer(trace, &change.path);
        let Some((writer, script)) = writer.and_then(|one| Some((one, one.script.as_ref()?)))
        else {
            continue;
        };
        let part = part(case, writer, &change.path, Access::Writes);
        let is_it = |one: &&mut Culprit<'_>| is_same(one.script, script) && one.part == part;
        match culprits.iter_mut().find(is_it) {
            Some(culprit) => culprit.escapes.push(at),
            None => culprits.push(Culprit {
                script,
                part,
                escapes: vec![at],
            }),
        }
    }
    culprits
}

/// The scripts that changed a path of the outside.
fn outside_runs<'a>(trace: &'a Trace, path: &'a [u8]) -> Vec<ScriptRun<'a>> {
    runs(&outside_writers(trace, path))
}

fn finding(case: &Case<'_>, trace: &Trace, culprit: Culprit<'_>) -> Finding {
    let Culprit {
        script,
        part,
        escapes,
    } = culprit;
    let paths: Vec<&[u8]> = escapes
        .iter()
        .filter_map(|at| case.observations.escapes().get(*at))
        .map(|change| change.path.as_slice())
        .collect();
    let claimed: Vec<Numbered<'_>> = case
        .free()
        .filter(|one| is_its(case, script, &paths, one.divergence))
        .collect();
    let written = paths.iter().filter_map(|path| {
        let writer = escape_writer(trace, path);
        let its = writer.filter(|one| one.script.as_ref().is_some_and(|it| is_same(it, script)));
        let last = || Some(run_of(&outside_runs(trace, path), script)?.process);
        Some(Evidence::OutsideFile {
            file: path.to_vec(),
            command: CommandLine::of_script(its.map(Arc::as_ref).or_else(last)?),
            access: OutsideAccess::Wrote,
        })
    });
    let finding = case
        .finding(RULE.id, What::WroteOutside, Some(script))
        .with(written)
        .with(wrote_inside(case, script, &claimed))
        .claiming(claimed.iter().map(|one| one.at).collect());
    Finding {
        part,
        escapes,
        ..finding
    }
}

/// Whether the script wrote an entry outside that it wrote inside in the normal build; if several
/// left something out of it, it is the last one's first. `outside` are the paths that the script wrote
/// there: what it left out without writing it there has another cause.
fn is_its(case: &Case<'_>, script: &Script, outside: &[&[u8]], divergence: &Divergence) -> bool {
    if case.shared.has(divergence) {
        return false;
    }
    let path = divergence.entry_path();
    let is_at = |wanted: &dyn Fn(EntryPath<'_>) -> bool| {
        let mut paths = outside.iter().map(|outside| EntryPath::new(outside));
        paths.any(wanted)
    };
    let is_outside = is_at(&|outside| outside == path);
    // A directory's time changes with what is made in it.
    let is_parent = || is_at(&|outside| outside.parent() == Some(path));
    let is_time = has_only(divergence, &["mtime"]);
    let is_written = is_outside || is_time && is_parent();
    if !is_written {
        return false;
    }
    // Who made the directory did not give it its time, if something came into it later.
    if let (true, Some(last)) = (is_time, case.last_in(path)) {
        let its = last.script.as_ref();
        return its.is_some_and(|other| is_same(other, script));
    }
    let last = case.missing_runs(divergence).pop();
    let last = last.or_else(|| runs(&case.normal_writers(path)).pop());
    last.is_some_and(|run| is_same(run.script, script))
}

/// The commands by which the script wrote the claimed entries in the normal build, each with
/// their number.
fn wrote_inside(case: &Case<'_>, script: &Script, claimed: &[Numbered<'_>]) -> Vec<Evidence> {
    let mut counts: Vec<(CommandLine, usize)> = Vec::new();
    for one in claimed {
        // Who only set an owner, permissions or times did not write what is missing.
        let writers = runs(&case.normal_entry_writers(one.divergence));
        // A copy is written by who changes its file once more, whatever is missing in it.
        let own = runs(&case.normal_writers(one.divergence.entry_path()));
        let [first, second] = match is_copy(one.divergence) {
            true => [own, writers],
            false => [writers, own],
        };
        let Some(run) = run_of(&first, script).or_else(|| run_of(&second, script)) else {
            continue;
        };
        let mut processes = case.setters(case.observations.normal, one.divergence, script);
        if processes.is_empty() {
            processes.push(run.process);
        }
        for command in processes.into_iter().map(CommandLine::of_script) {
            match counts.iter_mut().find(|(other, _)| *other == command) {
                Some((_, count)) => *count += 1,
                None => counts.push((command, 1)),
            }
        }
    }
    let counts = counts.into_iter();
    counts
        .map(|(command, entries)| Evidence::Command {
            command,
            role: CommandRole::WroteInside(entries),
        })
        .collect()
}
