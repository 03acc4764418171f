//! The two archives: what they are called, and what they are.

use maud::{Markup, html};

use crate::report::render::text::side::is_compared;
use crate::report::wire::report::Report;
use crate::report::wire::side::ArchiveSide;
use crate::text::number::{bytes, grouped};

/// What the two sides are called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Labels<'a> {
    pub(crate) left: &'a str,
    pub(crate) right: &'a str,
}

impl<'a> Labels<'a> {
    /// Those of a report.
    pub(crate) fn new(report: &'a Report) -> Self {
        Self {
            left: &report.left.label,
            right: &report.right.label,
        }
    }
}

/// Both archives as a table.
pub(crate) fn sides(report: &Report) -> Markup {
    if !is_compared(report) {
        return html! { p { "The archives were not compared." } };
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label="Table of the archives" {
            table {
                thead { tr {
                    th scope="col" { "archive" } th scope="col" { "source" }
                    th.num scope="col" { "size" } th.num scope="col" { "entries" }
                    th scope="col" { "compression" } th scope="col" { "SHA-256" }
                } }
                tbody { (side(&report.left)) (side(&report.right)) }
            }
        }
    }
}

fn side(side: &ArchiveSide) -> Markup {
    html! {
        tr {
            th scope="row" { (side.label) }
            td { (side.source) }
            td.num { (bytes(side.bytes)) }
            td.num { (grouped(side.entries)) }
            td { (side.compression.as_str()) }
            td { @match &side.sha256 {
                Some(digest) => code { (digest) },
                None => "not computed",
            } }
        }
    }
}
