//! The extra builds: a table, and what each has of its own.

use maud::{Markup, html};

use crate::report::render::html::causes::Explained;
use crate::report::render::html::outside::escape;
use crate::report::render::html::room::{LeftOut, Room};
use crate::report::render::html::sides::Labels;
use crate::report::wire::matrix::MatrixRow;
use crate::report::wire::report::Report;
use crate::text::number::{bytes, grouped};

/// The table, and a folded list for each build that differs; nothing without extra builds.
pub(crate) fn matrix(room: &mut Room, report: &Report) -> Option<Markup> {
    if report.matrix.is_empty() {
        return None;
    }
    Some(html! {
        p { "Each is compared with the archive " strong { (report.left.label) } "." }
        div.scroll tabindex="0" role="region" aria-label="Table of extra builds" {
            table {
                thead { tr {
                    th scope="col" { "build" } th scope="col" { "mode" }
                    th scope="col" { "technique" } th scope="col" { "outside" }
                    th scope="col" { "verdict" }
                    th.num scope="col" { "divergent entries" }
                    th.num scope="col" { "changes outside" }
                    th.num scope="col" { "size" }
                } }
                tbody { @for row in &report.matrix { (self::row(row)) } }
            }
        }
        @for (number, row) in (1..).zip(&report.matrix) { (own(room, report, row, number)) }
    })
}

fn row(row: &MatrixRow) -> Markup {
    let verdict = row.verdict.as_str();
    html! {
        tr {
            th scope="row" { (row.label) }
            td { (row.mode.as_str()) }
            td { (row.technique) }
            td { (row.outside.as_str()) }
            td { span.verdict.(verdict) { (verdict) }
                @if let Some(trouble) = &row.trouble { ": " (trouble.what) } }
            td.num { (grouped(row.divergences.len() as u64)) }
            td.num { (grouped(row.escapes.len() as u64)) }
            td.num { (bytes(row.bytes)) }
        }
    }
}

/// The entries and changes of one build, folded; nothing if it has none.
fn own(room: &mut Room, report: &Report, row: &MatrixRow, number: u64) -> Markup {
    let prefix = format!("build-{number}-");
    let labels = Labels {
        left: &report.left.label,
        right: &row.label,
    };
    let explained = Explained {
        divergences: &row.divergences,
        causes: &row.causes,
        labels,
        prefix: &prefix,
    };
    let is_empty = row.divergences.is_empty() && row.escapes.is_empty() && row.archive.is_empty();
    let mut left_out = LeftOut::default();
    html! {
        @if !is_empty {
            h3 { (row.label) }
            @for aspect in &row.archive { p { strong { (aspect.name) } ": " (aspect.detail) } }
            @if !row.escapes.is_empty() {
                details {
                    summary { (grouped(row.escapes.len() as u64)) " changes outside" }
                    ul.paths { @for one in &row.escapes {
                        (room.part(&mut left_out, || escape(one)))
                    } }
                    (left_out.told())
                }
            }
            @if !row.divergences.is_empty() {
                details {
                    summary { (grouped(row.divergences.len() as u64)) " divergent entries" }
                    @if let Some(list) = explained.unexplained(room) { (list) }
                    @if let Some(causes) = explained.explained(room) { (causes) }
                }
            }
        }
    }
}
