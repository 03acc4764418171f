//! A script wrote on the outside what it should have written inside.

use std::sync::Arc;

use super::case::{bare, is_same, missing, scripts, word};
use super::{Case, Finding, Rule, wording};
use crate::build::trace::{Process, Script};
use crate::text::quote;

pub(super) const RULE: Rule = Rule {
    id: "escaped-write",
    about: "a script changed the outside; inside, the same path lacks the change",
    needs_trace: true,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let Some(trace) = case.evidence.chrootless else {
        return vec![];
    };
    let mut culprits: Vec<(&Script, Vec<usize>)> = Vec::new();
    for (at, change) in case.free_escapes() {
        let direct = trace.wrote_outside(&change.path).iter().collect::<Vec<_>>();
        // A directory's times change with what is made in it.
        let writers = if scripts(&direct).is_empty() {
            children(case, &change.path)
        } else {
            direct
        };
        let Some((script, _)) = scripts(&writers).last().copied() else {
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
        .map(|(script, escapes)| finding(case, script, escapes));
    findings.collect()
}

/// Who changed something directly below a directory of the outside.
fn children<'a>(case: &Case<'a>, directory: &'a [u8]) -> Vec<&'a Arc<Process>> {
    let Some(trace) = case.evidence.chrootless else {
        return vec![];
    };
    trace.wrote_below(directory).collect()
}

fn finding(case: &Case<'_>, script: &Script, escapes: Vec<usize>) -> Finding {
    let paths: Vec<&[u8]> = escapes
        .iter()
        .filter_map(|at| case.evidence.escapes.get(*at))
        .map(|change| change.path.as_slice())
        .collect();
    let is_inside = |path: &[u8]| {
        paths
            .iter()
            .any(|outside| outside.strip_prefix(b"/") == Some(bare(path)))
    };
    // What the script left out inside although it wrote it in the normal build; where several
    // left something out, it is the last one's.
    let is_its = |path: &[u8]| {
        let missing = missing(case, path);
        match missing.last() {
            Some((other, _)) => is_same(other, script),
            None => {
                is_inside(path) && {
                    let normal = scripts(&case.normal_writers(path));
                    normal
                        .last()
                        .is_some_and(|(other, _)| is_same(other, script))
                }
            }
        }
    };
    let claims: Vec<usize> = case
        .free()
        .filter(|(_, divergence)| is_its(&divergence.path))
        .map(|(at, _)| at)
        .collect();
    let inside = left_out(case, script, &claims);
    let others = claims
        .iter()
        .filter_map(|at| case.evidence.divergences.get(*at))
        .flat_map(|divergence| {
            let all = missing(case, &divergence.path).into_iter();
            all.filter(|(other, _)| !is_same(other, script))
                .map(|(other, process)| {
                    format!(
                        "{}: {} left out {} as well",
                        quote(bare(&divergence.path)),
                        wording::script(other),
                        wording::command(process)
                    )
                })
                .collect::<Vec<_>>()
        })
        .collect::<Vec<_>>();
    let mut finding = Finding::new(
        RULE.id,
        format!(
            "{}, {}: wrote on the outside",
            case.versioned(&script.package),
            word(script)
        ),
        claims,
    )
    .by(script);
    for path in paths {
        let writers = case
            .evidence
            .chrootless
            .map_or(&[][..], |trace| trace.wrote_outside(path));
        let writers: Vec<_> = writers.iter().collect();
        let command = scripts(&writers)
            .iter()
            .rev()
            .find(|(other, _)| is_same(other, script))
            .map(|(_, process)| wording::command(process));
        if let Some(command) = command {
            finding
                .evidence
                .push(format!("{} by {command}", quote(path)));
        }
    }
    finding.evidence.extend(inside);
    finding.evidence.extend(others);
    finding.hint = Some(
        "give the command the root: a prefix of \"$DPKG_ROOT\", or --root=\"$DPKG_ROOT\" where it has that",
    );
    finding.escapes = escapes;
    finding
}

/// What the script ran in the normal build to write the claimed entries, with how many.
fn left_out(case: &Case<'_>, script: &Script, claims: &[usize]) -> Vec<String> {
    let mut commands: Vec<(String, usize)> = Vec::new();
    for divergence in claims
        .iter()
        .filter_map(|at| case.evidence.divergences.get(*at))
    {
        let writers = scripts(&case.normal_writers(&divergence.path));
        let command = writers
            .iter()
            .rev()
            .find(|(other, _)| is_same(other, script))
            .map(|(_, process)| wording::command(process));
        if let Some(command) = command {
            match commands.iter_mut().find(|(other, _)| *other == command) {
                Some((_, count)) => *count += 1,
                None => commands.push((command, 1)),
            }
        }
    }
    let lines = commands.into_iter().map(|(command, count)| match count {
        1 => format!("in the normal build {command} writes 1 of the entries inside"),
        count => format!("in the normal build {command} writes {count} of the entries inside"),
    });
    lines.collect()
}
