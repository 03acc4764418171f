//! What happened outside, in Markdown: changes, and attempts without effect.

use crate::report::render::markdown::escape::code;
use crate::report::render::markdown::page::{Page, Part};
use crate::report::render::text::groups::{Group, groups};
use crate::report::render::text::latent::came_of;
use crate::report::wire::outside::{Attempt, AttemptEffect};
use crate::report::wire::report::Report;

/// Most paths that are shown of one actor.
const PATHS: usize = 12;

/// The sections; none without `verify`.
pub(crate) fn outside(page: &mut Page, report: &Report) {
    let Some(outside) = &report.outside else {
        return;
    };
    let escapes = groups(outside.escapes.iter());
    if !escapes.is_empty() {
        page.text("\n### Modified outside\n");
    }
    for group in &escapes {
        let rows = group.rows.iter();
        let rows = rows.map(|row| format!("- {} {}\n", row.change.as_str(), code(&row.path)));
        list(page, Part::Change, group, report, &rows.collect::<Vec<_>>());
    }
    let attempts = outside.attempts.iter();
    let attempts = attempts.filter(|one| one.effect != AttemptEffect::Changed);
    let attempts = groups(attempts);
    if !attempts.is_empty() {
        page.text("\n### Tried outside, without effect on this one\n");
    }
    for group in &attempts {
        let rows = group.rows.iter().map(|row| attempt(row));
        list(
            page,
            Part::Attempt,
            group,
            report,
            &rows.collect::<Vec<_>>(),
        );
    }
}

fn attempt(attempt: &Attempt) -> String {
    format!(
        "- {} {}: {}\n",
        code(&attempt.call),
        code(&attempt.path),
        came_of(attempt)
    )
}

/// What one actor did.
fn list<T>(page: &mut Page, part: Part, group: &Group<'_, T>, report: &Report, rows: &[String]) {
    let mut text = format!("\n{}\n\n", code(&group.actor.heading(report)));
    text.extend(rows.iter().take(PATHS).map(String::as_str));
    match rows.len().saturating_sub(PATHS) {
        0 => {}
        rest => text.push_str(&format!("- and {rest} more, in the JSON report\n")),
    }
    page.add_several(part, rows.len() as u64, &text);
}
