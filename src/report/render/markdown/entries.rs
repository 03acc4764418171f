//! Divergent entries and aspects of the archives in Markdown.

use crate::report::render::detail::Detail;
use crate::report::render::entry_words::{alike, from, kind, number, path};
use crate::report::render::markdown::escape::{block, code, words};
use crate::report::render::markdown::page::{Page, Part};
use crate::report::sentences::value::shown;
use crate::report::wire::divergence::{
    DivergenceName, DivergentAspect, DivergentEntry, DivergentField,
};
use crate::text::number::grouped;

/// Most entries that are shown of one cause.
const ENTRIES: usize = 20;
/// Most lines of the detail of one field.
const LINES: usize = 40;

/// The first of these entries, and how many more there are.
pub(crate) fn entries(page: &mut Page, entries: &[&DivergentEntry]) {
    for one in entries.iter().take(ENTRIES) {
        page.add(Part::Entry, &entry(one));
    }
    match entries.len().saturating_sub(ENTRIES) {
        0 => {}
        rest => {
            let rest = grouped(rest as u64);
            page.text(&format!("\nand {rest} more, in the JSON report\n"));
        }
    }
}

/// One entry: a line, and a block if it has fields.
fn entry(entry: &DivergentEntry) -> String {
    let name = code(&path(entry));
    let number = number(entry).map(|number| format!(" ({number})"));
    let what = match (entry.kind, from(entry)) {
        (DivergenceName::Moved, Some(from)) => {
            format!(" moved from {}{}", code(&from), words(&alike(entry)))
        }
        _ => kind(entry).map_or_else(String::new, |kind| format!(" {}", words(&kind))),
    };
    let line = format!("- {name}{}{what}\n", number.unwrap_or_default());
    if entry.fields.is_empty() {
        return line;
    }
    let text: String = entry.fields.iter().map(field).collect();
    // The block belongs to the item of the list.
    let block = block("diff", &text);
    let lines = block.lines().map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("  {line}\n"),
    });
    format!("{line}\n{}\n", lines.collect::<String>())
}

/// A field with its values, its detail below it.
fn field(field: &DivergentField) -> String {
    let (left, right) = (shown(field.left.as_deref()), shown(field.right.as_deref()));
    let detail = field.detail.as_deref().unwrap_or_default();
    format!("{}: {left} | {right}\n{}", field.name, cut(detail))
}

/// An aspect of the archives.
pub(crate) fn aspect(page: &mut Page, aspect: &DivergentAspect) {
    let values = if aspect.left.is_some() || aspect.right.is_some() {
        let (left, right) = (
            shown(aspect.left.as_deref()),
            shown(aspect.right.as_deref()),
        );
        format!(": {} | {}", code(&left), code(&right))
    } else {
        String::new()
    };
    let detail = cut(&aspect.detail);
    let text = format!(
        "- **{}**{values}; {}\n",
        words(&aspect.name),
        code(detail.trim())
    );
    page.add(Part::Aspect, &text);
}

/// The first lines of a detail: remarks as they are, so that they are not read as a difference.
fn cut(text: &str) -> String {
    let detail = Detail::new(text);
    let remarks = detail.remarks.lines().map(|line| format!("  {line}\n"));
    let difference = detail.difference.lines().map(|line| format!("{line}\n"));
    let mut out: String = remarks.chain(difference).take(LINES).collect();
    match text.lines().count().saturating_sub(LINES) {
        0 => {}
        1 => out.push_str("  and 1 more line, in the JSON report\n"),
        rest => out.push_str(&format!("  and {rest} more lines, in the JSON report\n")),
    }
    out
}
