//! A difference of contents, side by side.

use maud::{Markup, html};

use crate::report::render::html::marks::{Piece, marks};
use crate::report::render::html::side_by_side::{Numbered, Row, rows};
use crate::report::render::html::sides::Labels;
use crate::text::number::grouped;

/// Most rows of one difference.
const ROWS: usize = 400;

/// The difference as a table, at most so many rows of it, and how many more there are.
pub(crate) fn difference(text: &str, labels: Labels<'_>) -> Markup {
    let rows = rows(text);
    let rest = rows.len().saturating_sub(ROWS);
    html! {
        table.diff {
            colgroup { col.n; col; col.n; col; }
            thead { tr {
                th scope="col" colspan="2" { (labels.left) }
                th scope="col" colspan="2" { (labels.right) }
            } }
            tbody { @for row in rows.iter().take(ROWS) { (self::row(row)) } }
        }
        @if rest > 0 {
            p.cut { "and " (grouped(rest as u64)) " more rows, in the JSON report" }
        }
    }
}

fn row(row: &Row<'_>) -> Markup {
    match row {
        Row::Hunk(text) | Row::Remark(text) => html! { tr.hunk { td colspan="4" { (text) } } },
        Row::Same(line, right) => html! {
            tr {
                td.n { (number(line.number)) } td { (line.text) }
                td.n { (number(*right)) } td.same { (line.text) }
            }
        },
        Row::Changed(Some(left), Some(right)) => {
            let (before, after) = marks(left.text, right.text);
            html! {
                tr { (cells("l", left, &before)) (cells("r", right, &after)) }
            }
        }
        Row::Changed(left, right) => html! {
            tr {
                (alone("l", left.as_ref()))
                (alone("r", right.as_ref()))
            }
        },
    }
}

/// A line that the other side lacks, or the place where one is lacking.
fn alone(side: &str, line: Option<&Numbered<'_>>) -> Markup {
    match line {
        None => html! { td.none colspan="2" {} },
        Some(line) => {
            let whole = Piece {
                text: line.text,
                is_marked: false,
            };
            cells(side, line, &[whole])
        }
    }
}

/// The number of a line, and its pieces.
fn cells(side: &str, line: &Numbered<'_>, pieces: &[Piece<'_>]) -> Markup {
    html! {
        td.n { (number(line.number)) }
        td class=(side) {
            @for piece in pieces {
                @if !piece.is_marked { (piece.text) }
                @else if side == "l" { del { (piece.text) } }
                @else { ins { (piece.text) } }
            }
        }
    }
}

fn number(number: u64) -> String {
    match number {
        0 => String::new(),
        number => number.to_string(),
    }
}
