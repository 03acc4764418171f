//! The report in Markdown, for an issue or a merge request.

pub(crate) mod entries;
pub(crate) mod escape;
pub(crate) mod findings;
pub(crate) mod outside;
pub(crate) mod page;
pub(crate) mod tables;

use crate::report::render::markdown::escape::words;
use crate::report::render::markdown::page::{Page, Part};
use crate::report::render::subject::{subject, verdict};
use crate::report::render::text;
use crate::report::wire::report::Report;
use crate::text::quote::visible;

/// Most characters: GitHub takes 65,536 in an issue or a comment, and GitLab 1,048,576.
const LENGTH: usize = 65_000;

/// The report in Markdown. If it is longer than an issue may be, it is cut, and its last line
/// counts what is left out.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut page = Page::new(LENGTH);
    page.text(&format!(
        "## {}: {}\n",
        verdict(report),
        words(&subject(report))
    ));
    if let Some(trouble) = &report.trouble {
        page.text(&format!("\n**Trouble:** {}\n", words(&trouble.what)));
        if let Some(hint) = &trouble.hint {
            page.text(&format!("\nHint: {}\n", words(hint)));
        }
    }
    tables::sides(&mut page, report);
    summary(&mut page, report);
    findings::failures(&mut page, report);
    if !report.archive.is_empty() {
        page.text("\n### The archives as such\n\n");
    }
    for aspect in &report.archive {
        entries::aspect(&mut page, aspect);
    }
    findings::causes(&mut page, report);
    outside::outside(&mut page, report);
    tables::matrix(&mut page, report);
    tables::packages(&mut page, report);
    notes(&mut page, report);
    visible(page.finish())
}

/// The counts that the text report has, a paragraph each.
fn summary(page: &mut Page, report: &Report) {
    let outside = report.outside.as_ref();
    let counts = [
        text::summary::summary(report),
        outside.map_or_else(String::new, text::outside::changes),
        text::outside::packages(report),
    ];
    for line in counts.iter().filter(|line| !line.is_empty()) {
        page.text(&format!("\n{}\n", words(line.trim_end())));
    }
}

/// What was left out and what is known, as the text report has it.
fn notes(page: &mut Page, report: &Report) {
    let footer = text::footer::footer(report);
    let lines = footer.lines().filter(|line| !line.is_empty());
    let lines: Vec<String> = lines.map(|line| format!("- {}\n", words(line))).collect();
    if !lines.is_empty() {
        page.text("\n### Notes\n\n");
    }
    for line in lines {
        page.add(Part::Note, &line);
    }
}
