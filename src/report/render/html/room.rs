//! How long a page may become, and what had no room on it.

use maud::{Markup, html};

use crate::text::number::grouped;

/// Bytes of a page for values and differences.
const VALUES: usize = 2_600_000;
/// Bytes of a page for rows alone, which have a name and a word or two.
const ROWS: usize = 1_500_000;

/// The room that is left on a page. What is once full stays full: a list with holes would be read
/// as if it had none.
#[derive(Debug)]
pub(crate) struct Room {
    values: usize,
    rows: usize,
}

/// What had no room in one list.
#[derive(Debug, Default)]
pub(crate) struct LeftOut {
    /// Rows that are shown without their values.
    values: u64,
    /// Rows that are not shown.
    rows: u64,
}

impl Room {
    /// The room of an empty page.
    pub(crate) fn new() -> Self {
        Self {
            values: VALUES,
            rows: ROWS,
        }
    }

    /// The row with its values, the row alone, or nothing, by the room that there is.
    pub(crate) fn row(
        &mut self,
        left_out: &mut LeftOut,
        row: impl Fn() -> Markup,
        whole: Option<impl Fn() -> Markup>,
    ) -> Markup {
        if let Some(whole) = whole {
            if let Some(markup) = take(&mut self.values, whole) {
                return markup;
            }
            left_out.values += 1;
        }
        take(&mut self.rows, row).unwrap_or_else(|| {
            left_out.rows += 1;
            html! {}
        })
    }

    /// A part that has values only, or nothing.
    pub(crate) fn part(&mut self, left_out: &mut LeftOut, part: impl Fn() -> Markup) -> Markup {
        self.row(left_out, part, None::<fn() -> Markup>)
    }
}

/// What this makes, if it fits.
fn take(room: &mut usize, make: impl Fn() -> Markup) -> Option<Markup> {
    if *room == 0 {
        return None;
    }
    let markup = make();
    let rest = room.checked_sub(markup.0.len());
    *room = rest.unwrap_or(0);
    rest.map(|_| markup)
}

impl LeftOut {
    /// What is missing from a list, in a sentence; nothing if nothing is.
    pub(crate) fn told(&self) -> Markup {
        // A row that is not shown has no values that are shown.
        let values = self.values.saturating_sub(self.rows);
        let rows = (self.rows > 0).then(|| format!("{} more are not shown", grouped(self.rows)));
        let values = (values > 0).then(|| format!("{} are shown without values", grouped(values)));
        let parts: Vec<String> = values.into_iter().chain(rows).collect();
        html! {
            @if !parts.is_empty() {
                p.cut { "For want of room, " (parts.join(", and ")) "; the JSON report has them." }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_counted() {
        let mut room = Room {
            values: 30,
            rows: 5,
        };
        let mut left_out = LeftOut::default();
        let mut shown = Vec::new();
        for _ in 0..4 {
            let long = || html! { b { "a long row of values" } };
            let row = room.row(&mut left_out, || html! { "row" }, Some(long));
            shown.push(row.into_string());
        }
        assert_eq!(shown, ["<b>a long row of values</b>", "row", "", ""]);
        assert_eq!(
            left_out.told().into_string(),
            "<p class=\"cut\">For want of room, 1 are shown without values, and 2 more are not \
             shown; the JSON report has them.</p>"
        );
    }
}
