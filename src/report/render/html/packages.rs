//! The table of packages, which a script of the page's own sorts and filters.

use maud::{Markup, html};

use crate::report::render::html::links::package_id;
use crate::report::render::html::room::{LeftOut, Room};
use crate::report::wire::package::{Package, PackageScript, PackageVerdictName};
use crate::report::wire::report::Report;

/// The verdicts, the worst first.
const VERDICTS: [PackageVerdictName; 5] = [
    PackageVerdictName::Fails,
    PackageVerdictName::Incomplete,
    PackageVerdictName::Unproven,
    PackageVerdictName::Latent,
    PackageVerdictName::Complete,
];

/// Headings of the columns, and whether they have numbers.
const COLUMNS: [(&str, bool); 8] = [
    ("package", false),
    ("version", false),
    ("verdict", false),
    ("divergent entries", true),
    ("changes outside", true),
    ("attempts", true),
    ("maintainer scripts", false),
    ("reason", false),
];

/// The table; nothing without packages.
pub(crate) fn packages(room: &mut Room, report: &Report) -> Option<Markup> {
    if report.packages.is_empty() {
        return None;
    }
    let mut left_out = LeftOut::default();
    Some(html! {
        div.tools hidden data-filter="packages-table" {
            label { "Filter by name or reason " input type="search"; }
            label { "Verdict "
                select {
                    option value="" { "all" }
                    @for verdict in VERDICTS { option { (verdict.as_str()) } }
                }
            }
            span role="status" {}
        }
        div.scroll tabindex="0" role="region" aria-label="Table of packages" {
            table #packages-table {
                thead { tr { @for (name, is_number) in COLUMNS {
                    th scope="col" class=[is_number.then_some("num")] { (name) }
                } } }
                tbody { @for package in &report.packages {
                    (room.part(&mut left_out, || row(package)))
                } }
            }
        }
        (left_out.told())
    })
}

fn row(package: &Package) -> Markup {
    let id = package_id(&package.name);
    let verdict = package.verdict.as_str();
    html! {
        tr id=(id) data-verdict=(verdict) {
            th scope="row" { a href={ "#" (id) } { (package.name) } }
            td { (package.version) }
            td { span.verdict.(verdict) { (verdict) } }
            td.num { (package.divergences) }
            td.num { (package.escapes) }
            td.num { (package.attempts) }
            td { @for script in &package.scripts { div { (self::script(script)) } } }
            td { @if let Some(reason) = &package.reason { (reason) } }
        }
    }
}

/// How a script supports `DPKG_ROOT`, and the lines that do not.
fn script(script: &PackageScript) -> Markup {
    let name = script.name.as_str();
    let support = script.dpkg_root.as_str();
    let interpreter = script.interpreter.iter().map(|name| format!(" ({name})"));
    let interpreter = interpreter.collect::<String>();
    if script.lines.is_empty() {
        return html! { (name) " " (support) (interpreter) };
    }
    let count = script.lines.len();
    let lines = if count == 1 { "line" } else { "lines" };
    html! {
        details {
            summary { (name) " " (support) (interpreter) ", " (count) " " (lines) " without" }
            ol.lines { @for line in &script.lines {
                li { span.muted { (line.number) } " " code { (line.text) } }
            } }
        }
    }
}
