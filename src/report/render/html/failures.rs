//! The maintainer scripts that fail chrootless, with what they wrote.

use maud::{Markup, html};

use crate::report::render::html::links::package;
use crate::report::wire::failure::Failure;
use crate::report::wire::report::Report;

/// Most lines that are unfolded at first.
const UNFOLDED: usize = 12;

/// The scripts; nothing if none fails.
pub(crate) fn failures(report: &Report) -> Option<Markup> {
    (!report.failures.is_empty()).then(|| {
        html! { @for failure in &report.failures { (self::failure(failure)) } }
    })
}

fn failure(failure: &Failure) -> Markup {
    let count = failure.words.len();
    let lines = if count == 1 { "line" } else { "lines" };
    html! {
        article {
            h3 {
                (package(&failure.package)) " "
                @if let Some(version) = &failure.version { (version) " " }
                (failure.script.as_str()) ": exit status " (failure.status)
            }
            p { (failure.reason) }
            @if let (Some(line), Some(command)) = (failure.line, &failure.command) {
                p { "line " (line) ": " code { (command) } }
            }
            @if !failure.after.is_empty() {
                p { "This may follow from " (failure.after.join(", ")) "." }
            }
            @if count > 0 {
                details open[count <= UNFOLDED] {
                    summary { "what it wrote, " (count) " " (lines) }
                    pre { (failure.words.join("\n")) }
                }
            }
        }
    }
}
