//! The report as text for people. Readable without colour; every name is quoted already.

pub(crate) mod causes;
pub(crate) mod matrix;
pub(crate) mod outside;
pub(crate) mod packages;

use crate::report::known::RuleFinding;
use crate::report::{EntryDivergence, Field, Kind, Report, Verdict};
use crate::text::number::{bytes, entries, grouped};
use crate::text::quote;

/// Renders a report of `compare`, and the comparison part of one of `verify`.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    let word = match report.verdict {
        Verdict::Identical => "IDENTICAL",
        Verdict::Divergent => "DIVERGENT",
        Verdict::Escaped => "ESCAPED",
        Verdict::Failed => "FAILED",
    };
    let title = outside::title(report)
        .unwrap_or_else(|| format!("{} | {}", report.left.source, report.right.source));
    out.push_str(&format!("{word}  {title}\n"));
    for side in [&report.left, &report.right] {
        let container = if side.compression == "none" {
            String::new()
        } else {
            format!("  in {}", side.compression)
        };
        out.push_str(&format!(
            "  {:<10} {}  {}{container}\n",
            side.label,
            bytes(side.bytes),
            entries(side.entries)
        ));
    }
    if let Some(trouble) = &report.trouble {
        out.push_str(&format!("  trouble    {}\n", trouble.what));
    }
    let count = report.divergences.len();
    if count > 0 || !report.archive.is_empty() {
        let entries = if count == 1 {
            "1 divergent entry".to_owned()
        } else {
            format!("{} divergent entries", grouped(count as u64))
        };
        let names: Vec<&str> = report.archive.iter().map(|one| one.name.as_str()).collect();
        let of_archive = if names.is_empty() {
            String::new()
        } else {
            format!("; of the archive: {}", names.join(", "))
        };
        let entries = causes::explained(report).unwrap_or(entries);
        out.push_str(&format!("{entries}{of_archive}\n"));
    }
    outside::outside(report, &mut out);
    matrix::table(report, &mut out);
    for one in &report.archive {
        out.push_str(&format!("\n{}\n", one.name));
        if one.left.is_some() || one.right.is_some() {
            out.push_str(&format!(
                "  {} | {}\n",
                value(one.left.as_ref()),
                value(one.right.as_ref())
            ));
        }
        out.push_str(&format!("  {}\n", one.detail));
    }
    if !report.causes.is_empty() && of_cause(report, None).next().is_some() {
        out.push_str("\nunexplained\n");
    }
    for divergence in of_cause(report, None) {
        entry(divergence, &mut out);
    }
    for cause in &report.causes {
        causes::cause(cause, &mut out);
        for divergence in of_cause(report, Some(&cause.id)) {
            entry(divergence, &mut out);
        }
    }
    matrix::rows(report, &mut out);
    footer(report, &mut out);
    out
}

fn of_cause<'a>(
    report: &'a Report,
    id: Option<&'a str>,
) -> impl Iterator<Item = &'a EntryDivergence> {
    let all = report.divergences.iter();
    all.filter(move |row| row.cause.as_deref() == id)
}

/// One divergent entry and its fields.
pub(crate) fn entry(divergence: &EntryDivergence, out: &mut String) {
    let number = if divergence.occurrence > 1 {
        format!(" (entry {} of this name)", divergence.occurrence)
    } else {
        String::new()
    };
    let what = match divergence.kind {
        Kind::Changed => String::new(),
        Kind::LeftOnly => format!(
            "  left only: {}",
            divergence.entry.as_deref().unwrap_or_default()
        ),
        Kind::RightOnly => format!(
            "  right only: {}",
            divergence.entry.as_deref().unwrap_or_default()
        ),
        Kind::Moved => {
            let from = divergence.from.as_deref().unwrap_or_default();
            format!(
                "  moved from {}",
                name(from, divergence.from_base64.as_ref())
            )
        }
        Kind::Reordered => "  reordered".to_owned(),
    };
    out.push_str(&format!(
        "\n{}{number}{what}\n",
        name(&divergence.path, divergence.path_base64.as_ref())
    ));
    let width = divergence
        .fields
        .iter()
        .map(|field| field.name.chars().count())
        .max()
        .unwrap_or(0);
    for one in &divergence.fields {
        field(one, width, out);
    }
}

/// A name for a person. Where its bytes stand beside it, it is in quoted form already.
fn name(path: &str, base64: Option<&String>) -> String {
    if base64.is_some() {
        path.to_owned()
    } else {
        quote(path.as_bytes())
    }
}

fn field(field: &Field, width: usize, out: &mut String) {
    out.push_str(&format!(
        "  {:<width$}  {} | {}\n",
        field.name,
        value(field.left.as_ref()),
        value(field.right.as_ref())
    ));
    for line in field.detail.iter().flat_map(|detail| detail.lines()) {
        out.push_str(&format!("    {line}\n"));
    }
}

fn value(value: Option<&String>) -> &str {
    value.map_or("none", String::as_str)
}

fn footer(report: &Report, out: &mut String) {
    if report.ignored.is_empty() && report.notes.is_empty() && report.known.is_empty() {
        return;
    }
    out.push('\n');
    for ignored in &report.ignored {
        out.push_str(&format!(
            "ignored: {} ({})\n",
            ignored.rule,
            grouped(ignored.count)
        ));
    }
    known(report, out);
    for note in &report.notes {
        out.push_str(&format!("note: {note}\n"));
    }
}

/// What a `--known` file knows; the findings themselves stand above, known or not.
fn known(report: &Report, out: &mut String) {
    if report.known.is_empty() {
        return;
    }
    for known in &report.known {
        let finding = match known.finding {
            None => "",
            Some(RuleFinding::Unused) => ", a rule that matched nothing",
            Some(RuleFinding::Expired) => ", a rule that has expired",
        };
        let aside = known.bug.iter().chain(&known.reason);
        let aside = aside.map(|text| format!("  {}", quote(text.as_bytes())));
        out.push_str(&format!(
            "known: {} ({}){finding}{}\n",
            known.rule,
            grouped(known.count),
            aside.collect::<String>()
        ));
    }
    let (known, all) = report.known_of_all();
    out.push_str(&format!(
        "known: {} of {} findings\n",
        grouped(known),
        grouped(all)
    ));
}
