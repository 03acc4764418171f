//! What explains what: unexplained entries first, then each cause with its entries.

use crate::explain::rule_id::RuleId;
use crate::report::render::own_lines::{is_cause_of, part};
use crate::report::render::text::entry::entry;
use crate::report::render::text::paint::{Paint, Tone};
use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::DivergentEntry;
use crate::text::number::entries;

/// Lines of evidence that are shown of one cause; the JSON report has all of them.
const SHOWN: usize = 16;

/// The unexplained entries, and the causes with theirs.
pub(crate) fn explained(divergences: &[DivergentEntry], causes: &[Cause], paint: Paint) -> String {
    let nobodys = divergences.iter().filter(|row| row.cause.is_none());
    let unexplained: String = nobodys.map(|row| entry(row, paint)).collect();
    let mut out = if causes.is_empty() || unexplained.is_empty() {
        unexplained
    } else {
        format!("\nunexplained\n{unexplained}")
    };
    for one in causes {
        out.push_str(&cause(one, paint));
        // What is the same in many entries is not said again of each.
        if one.rule == RuleId::StoredOtherwise.as_str() {
            out.push_str("   the entries are in the JSON report\n");
        } else {
            out.push_str(&claimed(divergences.iter(), one, paint));
        }
    }
    out
}

/// The entries of a cause.
pub(crate) fn claimed<'a>(
    divergences: impl Iterator<Item = &'a DivergentEntry>,
    cause: &Cause,
    paint: Paint,
) -> String {
    let own = divergences.filter(|row| is_cause_of(cause, row));
    own.map(|row| entry(&part(row, cause), paint)).collect()
}

/// The heading of one cause, and what it rests on.
pub(crate) fn cause(cause: &Cause, paint: Paint) -> String {
    let count = match cause.entries {
        0 => String::new(),
        count => format!("   {}", entries(count)),
    };
    let mut out = format!(
        "\n{}  {}{count}\n",
        cause.id,
        paint.tone(Tone::Strong, &cause.title)
    );
    for line in cause.evidence.iter().take(SHOWN) {
        out.push_str(&format!("   {line}\n"));
    }
    match cause.evidence.len().saturating_sub(SHOWN) {
        0 => {}
        1 => out.push_str("   and 1 more line, in the JSON report\n"),
        rest => out.push_str(&format!("   and {rest} more lines, in the JSON report\n")),
    }
    if let Some(hint) = &cause.hint {
        out.push_str(&format!("   {} {hint}\n", paint.tone(Tone::Aside, "hint:")));
    }
    if let Some(bug) = &cause.bug {
        out.push_str(&format!("   see {bug}\n"));
    }
    out
}
