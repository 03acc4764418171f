//! What explains what: unexplained entries first, then each cause with its entries.

use crate::explain::rule_id::RuleId;
use crate::report::render::own_lines::{is_cause_of, part};
use crate::report::render::text::entry::entry;
use crate::report::render::text::listing::Listing;
use crate::report::render::text::paint::{Paint, Tone};
use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::{DivergenceName, DivergentEntry};
use crate::report::wire::divergent_entries::DivergentEntries;
use crate::text::number::{entries, grouped};

/// Lines of evidence that are shown of one cause; the JSON report has all of them.
const SHOWN: usize = 16;

/// Entries of which nothing differs but their place that are shown: the aspect `entry-order` says it
/// of all.
const ELSEWHERE: usize = 8;

/// Rules whose entries are left to the JSON report: the cause says already what differs of each.
const SAID_ONCE: [RuleId; 2] = [RuleId::StoredOtherwise, RuleId::LinkRoles];

/// Gives the unexplained entries, and the causes with theirs, to `put`.
///
/// # Errors
/// Those of `put`.
pub(crate) fn explained<E>(
    divergences: &DivergentEntries,
    causes: &[Cause],
    listing: Listing,
    paint: Paint,
    put: &mut dyn FnMut(String) -> Result<(), E>,
) -> Result<(), E> {
    let mut nobodys = divergences.iter().filter(|row| row.cause.is_none());
    if let Some(first) = nobodys.next() {
        if !causes.is_empty() {
            put("\nunexplained\n".to_owned())?;
        }
        let mut elsewhere = 0;
        for row in std::iter::once(first).chain(nobodys) {
            elsewhere += usize::from(row.kind == DivergenceName::Reordered);
            if row.kind != DivergenceName::Reordered || elsewhere <= listing.most(ELSEWHERE) {
                put(entry(&row, paint))?;
            }
        }
        match elsewhere.saturating_sub(listing.most(ELSEWHERE)) {
            0 => {}
            1 => put("\nand 1 more entry that only stands elsewhere\n".to_owned())?,
            rest => {
                let rest = grouped(rest as u64);
                put(format!(
                    "\nand {rest} more entries that only stand elsewhere\n"
                ))?;
            }
        }
    }
    for one in causes {
        put(cause(one, paint))?;
        if listing == Listing::Cut && SAID_ONCE.iter().any(|rule| rule.as_str() == one.rule) {
            put("   the entries are in the JSON report\n".to_owned())?;
        } else {
            let mut own = divergences.iter().filter(|row| is_cause_of(one, row));
            own.try_for_each(|row| put(entry(&part(&row, one), paint)))?;
        }
    }
    Ok(())
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
