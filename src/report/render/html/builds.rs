//! From what and how the archives were built, and the notes of the report.

use maud::{Markup, html};

use crate::report::render::text::executed::executed;
use crate::report::render::text::footer::footer;
use crate::report::wire::build::Build;
use crate::report::wire::frozen::FrozenState;
use crate::report::wire::report::Report;
use crate::text::number::{bytes, grouped};

/// The frozen archive and the builds; nothing without `verify`.
pub(crate) fn builds(report: &Report) -> Option<Markup> {
    let is_empty = report.frozen.is_none() && report.builds.is_empty();
    (!is_empty).then(|| {
        html! {
            @if let Some(frozen) = &report.frozen { (self::frozen(frozen)) }
            @for build in &report.builds { (self::build(build)) }
            @if let Some(line) = executed(report) { p { (line) } }
        }
    })
}

fn frozen(frozen: &FrozenState) -> Markup {
    html! {
        dl {
            dt { "suite" } dd { (frozen.suite) " " (frozen.variant) " " (frozen.architecture) }
            @if !frozen.include.is_empty() { dt { "also" } dd { (frozen.include.join(", ")) } }
            @if let Some(mirror) = &frozen.mirror { dt { "mirror" } dd { (mirror) } }
            @if let Some(date) = &frozen.release_date { dt { "Release file of" } dd { (date) } }
            dt { "SOURCE_DATE_EPOCH" } dd { (frozen.source_date_epoch) }
            dt { "packages" }
            dd { (grouped(frozen.packages.len() as u64)) " files, " (bytes(frozen.bytes)) }
            dt { "SHA-256 of all" } dd { code { (frozen.sha256) } }
        }
    }
}

fn build(build: &Build) -> Markup {
    let versions = build.versions.iter();
    let versions: Vec<String> = versions.map(|(name, of)| format!("{name} {of}")).collect();
    html! {
        h3 { (build.label) }
        p { (build.mode.as_str()) ", " (build.technique) "; made with " (versions.join(", ")) }
        @if !build.degraded.is_empty() {
            p { "It is degraded:" }
            ul { @for line in &build.degraded { li { (line) } } }
        }
        @if !build.warnings.is_empty() {
            details {
                summary { "warnings, " (grouped(build.warnings.len() as u64)) " lines" }
                pre { (build.warnings.join("\n")) }
            }
        }
    }
}

/// What was ignored, what is known, what was capped; nothing if there is nothing.
pub(crate) fn notes(report: &Report) -> Option<Markup> {
    let footer = footer(report);
    let lines: Vec<&str> = footer.lines().filter(|line| !line.is_empty()).collect();
    (!lines.is_empty()).then(|| html! { ul { @for line in lines { li { (line) } } } })
}
