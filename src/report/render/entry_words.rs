//! An entry in words: its name, and what kind of divergence it has.

use crate::report::sentences::value::shown;
use crate::report::wire::divergence::{DivergenceName, DivergentEntry};
use crate::text::quote;

/// The name of an entry for a person.
pub(crate) fn path(entry: &DivergentEntry) -> String {
    name(&entry.path, entry.path_base64.as_ref())
}

/// The name on the left, if it is another one.
pub(crate) fn from(entry: &DivergentEntry) -> Option<String> {
    let moved = entry.from.as_deref();
    let moved = moved.map(|from| name(from, entry.from_base64.as_ref()));
    moved.or_else(|| {
        let path = entry.left_path.as_deref()?;
        Some(name(path, entry.left_path_base64.as_ref()))
    })
}

/// `entry 2 of this name`; `None` of the first.
pub(crate) fn number(entry: &DivergentEntry) -> Option<String> {
    (entry.occurrence > 1).then(|| format!("entry {} of this name", entry.occurrence))
}

/// What an entry that is not simply changed is: `left only: file 0644 0:0 3 bytes`.
pub(crate) fn kind(entry: &DivergentEntry) -> Option<String> {
    let description = entry.entry.as_deref().unwrap_or_default();
    match entry.kind {
        DivergenceName::Changed => Some(format!("on the left {}", from(entry)?)),
        DivergenceName::LeftOnly => Some(format!("left only: {description}{}", alike(entry))),
        DivergenceName::RightOnly => Some(format!("right only: {description}{}", alike(entry))),
        DivergenceName::Moved => {
            let from = from(entry).unwrap_or_default();
            Some(format!("moved from {from}{}", alike(entry)))
        }
        DivergenceName::Reordered => Some("reordered".to_owned()),
    }
}

/// `, looks like doc/résumé: U+00E9 | U+0065 U+0301`; empty if it looks like none.
pub(crate) fn alike(entry: &DivergentEntry) -> String {
    let Some(alike) = &entry.look_alike else {
        return String::new();
    };
    let (left, right) = (shown(alike.left.as_deref()), shown(alike.right.as_deref()));
    match entry.kind {
        DivergenceName::Moved => format!(", looks the same: {left} | {right}"),
        _ => {
            let name = quote(alike.name.as_bytes());
            format!(", looks like {name}: {left} | {right}")
        }
    }
}

/// A name for a person. With its bytes beside it, it is in quoted form already.
fn name(path: &str, base64: Option<&String>) -> String {
    if base64.is_some() {
        path.to_owned()
    } else {
        quote(path.as_bytes())
    }
}
