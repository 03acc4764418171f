//! A script wrote on the outside what it should have written inside.

use crate::compare::comparison::Divergence;
use crate::explain::case::{Case, bare, by, is_same, missing, scripts};
use crate::explain::evidence_text;
use crate::explain::rules::{Finding, Needs, Rule};
use crate::text::quote;
use crate::trace::process::{Process, Script};
use crate::trace::trace::Trace;

pub(crate) const RULE: Rule = Rule {
    id: "escaped-write",
    about: "a script changed the outside; inside, the same path lacks the change",
    needs: Needs::Chrootless,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let Some(trace) = case.evidence.chrootless else {
        return vec![];
    };
    let mut culprits: Vec<(&Script, Vec<usize>)> = Vec::new();
    for (at, change) in case.evidence.escapes.iter().enumerate() {
        let mut writers = outside(trace, &change.path);
        if writers.is_empty() {
            // A directory's times change with what is made in it.
            writers = scripts(&trace.wrote_below(&change.path).collect::<Vec<_>>());
        }
        let Some((script, _)) = writers.pop() else {
            continue;
        };
        match culprits
            .iter_mut()
            .find(|(other, _)| is_same(other, script))
        {
            Some((_, escapes)) => escapes.push(at),
            None => culprits.push((script, vec![at])),
        }
    }
    let findings = culprits
        .into_iter()
        .map(|(script, escapes)| finding(case, trace, script, escapes));
    findings.collect()
}

/// The scripts that wrote a path of the outside.
fn outside<'a>(trace: &'a Trace, path: &[u8]) -> Vec<(&'a Script, &'a Process)> {
    scripts(&trace.wrote_outside(path).iter().collect::<Vec<_>>())
}

fn finding(case: &Case<'_>, trace: &Trace, script: &Script, escapes: Vec<usize>) -> Finding {
    let paths: Vec<&[u8]> = escapes
        .iter()
        .filter_map(|at| case.evidence.escapes.get(*at))
        .map(|change| change.path.as_slice())
        .collect();
    let claimed: Vec<(usize, &Divergence)> = case
        .free()
        .filter(|(_, divergence)| is_its(case, script, &paths, &divergence.path))
        .collect();
    let claims = claimed.iter().map(|(at, _)| *at).collect();
    let what = "wrote on the outside";
    let mut finding = Finding::of(case, &RULE, Some(script), what, claims);
    for path in paths {
        if let Some(process) = by(&outside(trace, path), script) {
            let command = evidence_text::command(process);
            finding
                .evidence
                .push(format!("{} by {command}", quote(path)));
        }
    }
    finding.evidence.extend(left_out(case, script, &claimed));
    for (_, divergence) in &claimed {
        for (other, process) in missing(case, &divergence.path) {
            if !is_same(other, script) {
                let line = evidence_text::left_out_as_well(&divergence.path, other, process);
                finding.evidence.push(line);
            }
        }
    }
    finding.hint = Some(
        "give the command the root: a prefix of \"$DPKG_ROOT\", or --root=\"$DPKG_ROOT\" where it has that",
    );
    finding.escapes = escapes;
    finding
}

/// Whether the script left a path out inside although it wrote it in the normal build; where
/// several left something out, it is the last one's. `outside` are the paths it wrote there.
fn is_its(case: &Case<'_>, script: &Script, outside: &[&[u8]], path: &[u8]) -> bool {
    let is_outside = || {
        outside
            .iter()
            .any(|outside| outside.strip_prefix(b"/") == Some(bare(path)))
    };
    let last = missing(case, path).pop().or_else(|| {
        let mut normal = scripts(&case.normal_writers(path));
        normal.pop().filter(|_| is_outside())
    });
    last.is_some_and(|(other, _)| is_same(other, script))
}

/// What the script ran in the normal build to write the claimed entries, with how many.
fn left_out(case: &Case<'_>, script: &Script, claimed: &[(usize, &Divergence)]) -> Vec<String> {
    let mut commands: Vec<(String, usize)> = Vec::new();
    for (_, divergence) in claimed {
        let writers = scripts(&case.normal_writers(&divergence.path));
        let Some(command) = by(&writers, script).map(evidence_text::command) else {
            continue;
        };
        match commands.iter_mut().find(|(other, _)| *other == command) {
            Some((_, count)) => *count += 1,
            None => commands.push((command, 1)),
        }
    }
    let lines = commands.into_iter().map(|(command, count)| match count {
        1 => format!("in the normal build {command} writes 1 of the entries inside"),
        count => format!("in the normal build {command} writes {count} of the entries inside"),
    });
    lines.collect()
}
