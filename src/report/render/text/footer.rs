//! The last lines of a report: what was ignored, what is known, and notes.

use crate::report::render::text::known::known;
use crate::report::wire::report::Report;
use crate::text::number::grouped;

/// The last lines, after an empty one; none if there is nothing to say.
pub(crate) fn footer(report: &Report) -> String {
    let notes = report.notes.iter().map(|note| format!("note: {note}\n"));
    let lines: String = std::iter::once(set_aside(report)).chain(notes).collect();
    if lines.is_empty() {
        return lines;
    }
    format!("\n{lines}")
}

/// What was ignored and what is known, a line each.
pub(crate) fn set_aside(report: &Report) -> String {
    let ignored = report.ignored.iter();
    let ignored = ignored.map(|one| format!("ignored: {} ({})\n", one.rule, grouped(one.count)));
    ignored.chain(std::iter::once(known(report))).collect()
}
