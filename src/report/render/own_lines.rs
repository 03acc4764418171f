//! What of a divergent entry one cause explains, where it has several: its own lines.

use std::borrow::Cow;

use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::DivergentEntry;

/// Most lines that are shown of one cause in one entry; the JSON report has all of them.
const SHOWN: usize = 24;

/// Whether a cause is one of those of an entry.
pub(crate) fn is_cause_of(cause: &Cause, entry: &DivergentEntry) -> bool {
    entry.cause.as_ref() == Some(&cause.id) || entry.causes.contains(&cause.id)
}

/// The entry as a cause has it: if there are others, with the lines of this one alone in place of
/// the difference of the contents.
pub(crate) fn part<'a>(entry: &'a DivergentEntry, cause: &Cause) -> Cow<'a, DivergentEntry> {
    if entry.causes.is_empty() {
        return Cow::Borrowed(entry);
    }
    let mut part = entry.clone();
    for field in &mut part.fields {
        if field.name == "content" {
            field.detail = Some(lines(cause, &entry.path));
        }
    }
    Cow::Owned(part)
}

fn lines(cause: &Cause, path: &str) -> String {
    let own = cause.lines.iter().filter(|own| own.path == path);
    let lines = own.flat_map(|own| {
        let left = own.left.iter().map(|line| format!("-{line}"));
        left.chain(own.right.iter().map(|line| format!("+{line}")))
    });
    let mut lines: Vec<String> = lines.collect();
    let more = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    match more {
        0 => {}
        1 => lines.push("and 1 more line, in the JSON report".to_owned()),
        more => lines.push(format!("and {more} more lines, in the JSON report")),
    }
    lines.join("\n")
}
