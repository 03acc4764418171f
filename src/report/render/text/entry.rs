//! One divergent entry and its fields.

use crate::report::render::entry_words::{kind, number, path};
use crate::report::render::text::paint::{Paint, Tone};
use crate::report::sentences::value::shown;
use crate::report::wire::divergence::{DivergentEntry, DivergentField};

/// The entry in a line, a line for each field, and the details below.
pub(crate) fn entry(entry: &DivergentEntry, paint: Paint) -> String {
    let number = number(entry).map(|number| format!(" ({number})"));
    let what = kind(entry).map(|kind| format!("  {kind}"));
    let mut out = format!(
        "\n{}{}{}\n",
        paint.tone(Tone::Strong, &path(entry)),
        number.unwrap_or_default(),
        what.unwrap_or_default()
    );
    out.push_str(&fields(&entry.fields, paint));
    out
}

/// A line for each field, and its detail below it.
fn fields(fields: &[DivergentField], paint: Paint) -> String {
    let names = fields.iter().map(|field| field.name.chars().count());
    let width = names.max().unwrap_or(0);
    let mut out = String::new();
    for field in fields {
        out.push_str(&format!(
            "  {:<width$}  {} | {}\n",
            field.name,
            shown(field.left.as_deref()),
            shown(field.right.as_deref())
        ));
        for line in field.detail.iter().flat_map(|detail| detail.lines()) {
            out.push_str(&format!("    {}\n", paint.difference(line)));
        }
    }
    out
}
