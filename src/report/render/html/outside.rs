//! What happened outside, by who did it: changes, attempts without effect, and what scripts looked
//! at.

use maud::{Markup, html};

use crate::report::render::html::fields::values;
use crate::report::render::html::room::{LeftOut, Room};
use crate::report::render::html::sides::Labels;
use crate::report::render::text::groups::{Group, groups};
use crate::report::render::text::latent::came_of;
use crate::report::wire::outside::{Attempt, AttemptEffect, Escape, OutsideRead};
use crate::report::wire::report::Report;
use crate::text::number::grouped;

/// Most rows of a group that are unfolded at first.
const UNFOLDED: usize = 20;

/// What the columns of a change are called.
const TIMES: Labels<'static> = Labels {
    left: "before",
    right: "after",
};

/// Changes of the outside; nothing if there are none.
pub(crate) fn escapes(room: &mut Room, report: &Report) -> Option<Markup> {
    let escapes = report.outside.iter().flat_map(|outside| &outside.escapes);
    let groups = groups(escapes);
    (!groups.is_empty()).then(|| lists(room, report, &groups, escape))
}

/// Attempts without effect; nothing if there are none.
pub(crate) fn attempts(room: &mut Room, report: &Report) -> Option<Markup> {
    let attempts = report.outside.iter().flat_map(|outside| &outside.attempts);
    let attempts = attempts.filter(|attempt| attempt.effect != AttemptEffect::Changed);
    let groups = groups(attempts);
    (!groups.is_empty()).then(|| lists(room, report, &groups, attempt))
}

/// What scripts themselves looked at; nothing if there is nothing.
pub(crate) fn reads(room: &mut Room, report: &Report) -> Option<Markup> {
    let reads = report.outside.iter().flat_map(|outside| &outside.reads);
    let groups = groups(reads);
    (!groups.is_empty()).then(|| lists(room, report, &groups, read))
}

/// A list for each actor.
fn lists<T>(
    room: &mut Room,
    report: &Report,
    groups: &[Group<'_, T>],
    row: fn(&T) -> Markup,
) -> Markup {
    html! { @for group in groups { (list(room, report, group, row)) } }
}

fn list<T>(
    room: &mut Room,
    report: &Report,
    group: &Group<'_, T>,
    row: fn(&T) -> Markup,
) -> Markup {
    let count = group.rows.len();
    let paths = if count == 1 { "path" } else { "paths" };
    let mut left_out = LeftOut::default();
    html! {
        details open[count <= UNFOLDED] {
            summary {
                code { (group.actor.heading(report)) }
                " " span.muted { (grouped(count as u64)) " " (paths) }
            }
            ul.paths { @for one in &group.rows { (room.part(&mut left_out, || row(one))) } }
            (left_out.told())
        }
    }
}

/// A change, with what differs.
pub(crate) fn escape(escape: &Escape) -> Markup {
    html! {
        li {
            (escape.change.as_str()) " " code { (escape.path) }
            @if !escape.fields.is_empty() { (values(&escape.fields, TIMES)) }
        }
    }
}

fn attempt(attempt: &Attempt) -> Markup {
    html! {
        li { code { (attempt.call) } " " code { (attempt.path) } ": " (came_of(attempt)) }
    }
}

fn read(read: &OutsideRead) -> Markup {
    let answer = if read.exists {
        "is there"
    } else {
        "is not there"
    };
    html! { li { code { (read.path) } " " (answer) } }
}
