//! Lists of divergent entries.

use maud::{Markup, html};

use crate::report::render::entry_words::{alike, from, kind, number, path};
use crate::report::render::html::fields::fields;
use crate::report::render::html::room::{LeftOut, Room};
use crate::report::render::html::sides::Labels;
use crate::report::wire::divergence::{DivergenceName, DivergentEntry};

/// Most entries of a list whose values are unfolded at first.
const UNFOLDED: usize = 12;

/// An entry and its number in the report, from 1, which its link has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) number: usize,
    pub(crate) row: &'a DivergentEntry,
}

/// A list of entries. `prefix` makes links unique among the lists of a page.
pub(crate) fn list(
    room: &mut Room,
    entries: &[Entry<'_>],
    labels: Labels<'_>,
    prefix: &str,
) -> Markup {
    let is_open = entries.len() <= UNFOLDED;
    let mut left_out = LeftOut::default();
    html! {
        ol.entries {
            @for entry in entries {
                @let id = format!("{prefix}{}", entry.number);
                @let has_fields = !entry.row.fields.is_empty();
                @let whole = has_fields.then_some(|| unfolding(entry, labels, &id, is_open));
                (room.row(&mut left_out, || line(entry, &id), whole))
            }
        }
        (left_out.told())
    }
}

/// An entry that shows no values.
fn line(entry: &Entry<'_>, id: &str) -> Markup {
    html! { li id=(id) { (link(entry, id)) span { (name(entry.row)) } } }
}

/// An entry with its values.
fn unfolding(entry: &Entry<'_>, labels: Labels<'_>, id: &str, is_open: bool) -> Markup {
    let names: Vec<&str> = entry
        .row
        .fields
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    html! {
        li id=(id) {
            (link(entry, id))
            details open[is_open] {
                summary { (name(entry.row)) " " span.muted { (names.join(", ")) } }
                (fields(&entry.row.fields, labels))
            }
        }
    }
}

fn link(entry: &Entry<'_>, id: &str) -> Markup {
    html! { a.no href={ "#" (id) } { (entry.number) } }
}

/// Path and kind.
fn name(entry: &DivergentEntry) -> Markup {
    let number = number(entry).map(|number| format!(" ({number})"));
    html! {
        code { (path(entry)) }
        @if let Some(number) = number { (number) }
        @match (entry.kind, from(entry)) {
            (DivergenceName::Moved, Some(from)) => { " moved from " code { (from) } (alike(entry)) },
            _ => @if let Some(kind) = kind(entry) { " " (kind) },
        }
    }
}
