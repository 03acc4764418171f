//! One divergent entry and its fields.

use crate::report::wire::divergence::{DivergenceName, DivergentEntry, DivergentField};
use crate::text::quote;

/// The entry in a line, a line for each field, and the details below.
pub(crate) fn entry(entry: &DivergentEntry) -> String {
    let number = match entry.occurrence {
        0 | 1 => String::new(),
        number => format!(" (entry {number} of this name)"),
    };
    let description = entry.entry.as_deref().unwrap_or_default();
    let what = match entry.kind {
        DivergenceName::Changed => String::new(),
        DivergenceName::LeftOnly => format!("  left only: {description}"),
        DivergenceName::RightOnly => format!("  right only: {description}"),
        DivergenceName::Moved => {
            let from = entry.from.as_deref().unwrap_or_default();
            format!("  moved from {}", name(from, entry.from_base64.as_ref()))
        }
        DivergenceName::Reordered => "  reordered".to_owned(),
    };
    let path = name(&entry.path, entry.path_base64.as_ref());
    let mut out = format!("\n{path}{number}{what}\n");
    let names = entry.fields.iter().map(|field| field.name.chars().count());
    let width = names.max().unwrap_or(0);
    for one in &entry.fields {
        out.push_str(&field(one, width));
    }
    out
}

/// A value, or `none`.
pub(crate) fn value(value: Option<&String>) -> &str {
    value.map_or("none", String::as_str)
}

/// A name for a person. With its bytes beside it, it is in quoted form already.
fn name(path: &str, base64: Option<&String>) -> String {
    if base64.is_some() {
        path.to_owned()
    } else {
        quote(path.as_bytes())
    }
}

fn field(field: &DivergentField, width: usize) -> String {
    let mut out = format!(
        "  {:<width$}  {} | {}\n",
        field.name,
        value(field.left.as_ref()),
        value(field.right.as_ref())
    );
    for line in field.detail.iter().flat_map(|detail| detail.lines()) {
        out.push_str(&format!("    {line}\n"));
    }
    out
}
