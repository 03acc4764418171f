//! Findings of maintainer scripts: those that fail, causes, changes and attempts outside.

use crate::report::render::issues::draft::{Draft, Severity};
use crate::report::render::issues::place::{Place, lines};
use crate::report::render::text::groups::{Actor, Group, argv, groups};
use crate::report::sentences::command_line;
use crate::report::wire::cause::Cause;
use crate::report::wire::failure::Failure;
use crate::report::wire::outside::{Attempt, AttemptEffect, Escape};
use crate::report::wire::report::Report;

/// Most paths that a message names.
const PATHS: usize = 8;
/// Most lines of evidence in a message.
const EVIDENCE: usize = 6;

/// The findings, the worst kind first.
pub(crate) fn drafts(report: &Report) -> Vec<Draft> {
    let outside = || report.outside.iter();
    let mut drafts: Vec<Draft> = report.failures.iter().map(failure).collect();
    let escapes = outside().flat_map(|outside| &outside.escapes);
    let escapes = groups(escapes);
    drafts.extend(escapes.iter().map(|group| changed(report, group)));
    let causes = report.causes.iter();
    drafts.extend(causes.filter_map(|cause| of_script(report, cause)));
    let attempts = outside().flat_map(|outside| &outside.attempts);
    let attempts = attempts.filter(|attempt| attempt.effect != AttemptEffect::Changed);
    let attempts = groups(attempts);
    drafts.extend(attempts.iter().map(|group| tried(report, group)));
    drafts
}

fn failure(failure: &Failure) -> Draft {
    let command = failure.command.as_deref().unwrap_or_default();
    Draft {
        check: "script-fails".to_owned(),
        severity: Severity::Blocker,
        message: format!(
            "{} {} fails chrootless with exit status {}: {}",
            failure.package,
            failure.script.as_str(),
            failure.status,
            failure.reason
        ),
        place: Place::script(&failure.package, failure.script, failure.line),
        text: command.to_owned(),
    }
}

/// A cause that is in a script; `None` of one that is not.
fn of_script(report: &Report, cause: &Cause) -> Option<Draft> {
    let (package, script) = (cause.package.as_deref()?, cause.script?);
    // A cause has no line of its own: the first that acts without DPKG_ROOT is the likeliest.
    let first = lines(report, package, script).first();
    Some(Draft {
        check: cause.rule.clone(),
        severity: Severity::Major,
        message: message(cause),
        place: Place::script(package, script, first.map(|line| line.number)),
        text: cause.title.clone(),
    })
}

/// Title, evidence and hint of a cause.
pub(crate) fn message(cause: &Cause) -> String {
    let evidence = cause.evidence.iter().take(EVIDENCE);
    let mut out = cause.title.clone();
    for line in evidence {
        out.push_str(&format!("\n{line}"));
    }
    match cause.evidence.len().saturating_sub(EVIDENCE) {
        0 => {}
        1 => out.push_str("\nand 1 more line, in the JSON report"),
        rest => out.push_str(&format!("\nand {rest} more lines, in the JSON report")),
    }
    out.extend(cause.hint.iter().map(|hint| format!("\nhint: {hint}")));
    out
}

fn changed(report: &Report, group: &Group<'_, Escape>) -> Draft {
    let paths = group.rows.iter();
    let paths = paths.map(|row| format!("{} {}", row.change.as_str(), row.path));
    Draft {
        check: "escape".to_owned(),
        severity: Severity::Critical,
        message: format!(
            "{} changes the outside: {}",
            group.actor.heading(report),
            some(&paths.collect::<Vec<_>>())
        ),
        place: place(
            &group.actor,
            group.rows.first().map(|row| row.path.as_str()),
        ),
        text: text(report, &group.actor),
    }
}

fn tried(report: &Report, group: &Group<'_, Attempt>) -> Draft {
    let paths = group
        .rows
        .iter()
        .map(|row| format!("{} {}", row.call, row.path));
    Draft {
        check: "attempt".to_owned(),
        severity: Severity::Minor,
        message: format!(
            "{} acts on the outside, without effect on this one: {}",
            group.actor.heading(report),
            some(&paths.collect::<Vec<_>>())
        ),
        place: place(&group.actor, None),
        text: text(report, &group.actor),
    }
}

/// The script of an actor, or the path if nobody knows who acted.
fn place(actor: &Actor<'_>, path: Option<&str>) -> Place {
    match (actor.package, actor.script) {
        (Some(package), Some(script)) => Place::script(package, script, actor.line),
        _ => Place::path(path.unwrap_or_default()),
    }
}

/// The text of the actor's line, or its command line.
fn text(report: &Report, actor: &Actor<'_>) -> String {
    let line = actor
        .package
        .zip(actor.script)
        .and_then(|(package, script)| {
            let mut lines = lines(report, package, script).iter();
            lines.find(|line| Some(line.number) == actor.line)
        });
    let command = || {
        let words = actor.command.and_then(|name| argv(report, name));
        words.map(command_line::shown)
    };
    let line = line.map(|line| line.text.clone());
    line.or_else(command).unwrap_or_default()
}

/// The first of these, and how many more there are.
fn some(paths: &[String]) -> String {
    let first: Vec<&str> = paths.iter().take(PATHS).map(String::as_str).collect();
    let mut out = first.join(", ");
    match paths.len().saturating_sub(PATHS) {
        0 => {}
        rest => out.push_str(&format!(", and {rest} more")),
    }
    out
}
