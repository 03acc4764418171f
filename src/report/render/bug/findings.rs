//! What a bug report says against the package: what differs, what changed outside, and why.

use std::borrow::Cow;

use crate::report::render::own_lines::{is_cause_of, part};
use crate::report::render::owner::owner;
use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::{DivergenceName, DivergentEntry, DivergentField};
use crate::report::wire::outside::{Attempt, Escape, EscapeChange};
use crate::report::wire::report::Report;
use crate::text::quote;

/// Most entries and paths that are listed; the bug's log is not the place for more.
const LISTED: usize = 20;

/// Most lines of the detail of one field that are quoted.
const QUOTED: usize = 24;

/// The divergent entries of the package.
pub(crate) fn divergences(report: &Report, package: &str) -> String {
    let rows: Vec<_> = report
        .divergences
        .all()
        .iter()
        .filter_map(|row| of_package(report, row, package))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut out = "\nWhat differs (normal | with DPKG_ROOT):\n".to_owned();
    for row in rows.iter().take(LISTED) {
        let kind = match row.kind {
            DivergenceName::Changed => "",
            DivergenceName::LeftOnly => "  only in the normal one",
            DivergenceName::RightOnly => "  only in the one with DPKG_ROOT",
            DivergenceName::Moved => "  under another name",
            DivergenceName::Reordered => "  elsewhere in the order",
        };
        out.push_str(&format!("\n  {}{kind}\n", quote(row.path.as_bytes())));
        out.push_str(&fields(&row.fields));
    }
    out + &more(rows.len())
}

/// What of an entry is the package's: all of it, or its lines, if other packages have some too.
pub(crate) fn of_package<'a>(
    report: &Report,
    row: &'a DivergentEntry,
    package: &str,
) -> Option<Cow<'a, DivergentEntry>> {
    if row.causes.is_empty() {
        return (owner(report, row) == Some(package)).then_some(Cow::Borrowed(row));
    }
    let mut causes = report.causes.iter();
    let is_its =
        |cause: &&Cause| cause.package.as_deref() == Some(package) && is_cause_of(cause, row);
    Some(part(row, causes.find(is_its)?))
}

/// The escapes of the package.
pub(crate) fn outside(escapes: &[&Escape]) -> String {
    if escapes.is_empty() {
        return String::new();
    }
    let mut out = "\nWhat changed outside (before | after):\n".to_owned();
    for escape in escapes.iter().take(LISTED) {
        let word = match escape.change {
            EscapeChange::Created => "created",
            EscapeChange::Modified => "modified",
            EscapeChange::Removed => "removed",
            EscapeChange::Metadata => "metadata changed",
        };
        out.push_str(&format!("\n  {}  {word}\n", escape.path));
        out.push_str(&fields(&escape.fields));
    }
    out + &more(escapes.len())
}

/// What the scripts of the package tried outside, without effect.
pub(crate) fn tried(attempts: &[&Attempt]) -> String {
    if attempts.is_empty() {
        return String::new();
    }
    let mut out = "\nWhat its scripts tried outside, without effect:\n\n".to_owned();
    for attempt in attempts.iter().take(LISTED) {
        let call = quote(attempt.call.as_bytes());
        let errno = attempt.errno.as_deref().unwrap_or("nothing new");
        let script = attempt.script.as_str();
        let line = attempt.line.map(|line| format!(" line {line}"));
        out.push_str(&format!(
            "  {}  {call}: {}, {script}{}\n",
            attempt.path,
            quote(errno.as_bytes()),
            line.unwrap_or_default()
        ));
    }
    out + &more(attempts.len())
}

/// How many of `count` are not listed.
fn more(count: usize) -> String {
    match count.saturating_sub(LISTED) {
        0 => String::new(),
        rest => format!("\n  and {rest} more\n"),
    }
}

fn fields(fields: &[DivergentField]) -> String {
    fields.iter().map(field).collect()
}

fn field(field: &DivergentField) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    let mut out = if field.left.is_some() || field.right.is_some() {
        let (left, right) = (value(&field.left), value(&field.right));
        format!("    {}  {left} | {right}\n", field.name)
    } else {
        format!("    {}\n", field.name)
    };
    let lines: Vec<&str> = field.detail.iter().flat_map(|text| text.lines()).collect();
    for line in lines.iter().take(QUOTED) {
        out.push_str(&format!("      {line}\n"));
    }
    match lines.len().saturating_sub(QUOTED) {
        0 => {}
        1 => out.push_str("      and 1 more line\n"),
        rest => out.push_str(&format!("      and {rest} more lines\n")),
    }
    out
}

/// Whether a cause is the package's, or one that it shares with others.
fn is_of(report: &Report, cause: &Cause, package: &str) -> bool {
    let mut entries = report.divergences.all().iter();
    let mut is_shared = || {
        entries.any(|entry| {
            let is_its = entry.package.as_deref() == Some(package);
            is_its && is_cause_of(cause, entry)
        })
    };
    match &cause.package {
        Some(other) => other == package,
        None => is_shared(),
    }
}

/// The causes of the package.
pub(crate) fn causes(report: &Report, package: &str) -> String {
    let mut out = String::new();
    for cause in &report.causes {
        if !is_of(report, cause, package) {
            continue;
        }
        out.push_str(&format!("\nCause: {}\n", quote(cause.title.as_bytes())));
        for line in &cause.evidence {
            out.push_str(&format!("  {}\n", quote(line.as_bytes())));
        }
        if let Some(hint) = &cause.hint {
            out.push_str(&format!("  {}\n", quote(hint.as_bytes())));
        }
        if let Some(bug) = &cause.bug {
            out.push_str(&format!("  See {bug}.\n"));
        }
    }
    out
}
