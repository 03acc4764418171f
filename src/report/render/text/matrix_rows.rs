//! What diverges in one row of the matrix and not in the report itself.

use crate::report::render::text::causes::{cause, claimed};
use crate::report::render::text::entry::entry;
use crate::report::render::text::escapes::escapes;
use crate::report::render::text::listing::Listing;
use crate::report::render::text::paint::Paint;
use crate::report::wire::divergence::DivergentEntry;
use crate::report::wire::matrix::MatrixRow;
use crate::report::wire::report::Report;
use crate::report::wire::verdict::Verdict;
use crate::text::number::entries;

/// Most escapes that are listed of one row; the JSON report has all of them.
const LISTED: usize = 50;

/// The section of one row; none if it has nothing of its own.
pub(crate) fn row(report: &Report, row: &MatrixRow, listing: Listing, paint: Paint) -> String {
    let above = report.divergences.all();
    let divergences = row.divergences.iter();
    let own: Vec<_> = divergences
        .filter(|one| !above.iter().any(|other| is_same(one, other)))
        .collect();
    if own.is_empty() && row.escapes.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}", row.label.to_uppercase());
    if !own.is_empty() {
        out.push_str(&format!("  {}", entries(own.len() as u64)));
    }
    match row.divergences.len() - own.len() {
        0 => {}
        shared => out.push_str(&format!(", and {shared} as above")),
    }
    out.push('\n');
    out.push_str(&escapes(&row.escapes, listing.most(LISTED)));
    out.push_str(&explained(row, &own, paint));
    out
}

/// The row's own entries: the unexplained ones, and the causes with theirs.
fn explained(row: &MatrixRow, own: &[&DivergentEntry], paint: Paint) -> String {
    let own = || own.iter().copied();
    let nobodys = own().filter(|one| one.cause.is_none());
    let unexplained: String = nobodys.map(|one| entry(one, paint)).collect();
    let mut out = if unexplained.is_empty() || row.verdict == Verdict::Identical {
        unexplained
    } else {
        format!("\nunexplained\n{unexplained}")
    };
    for one in &row.causes {
        let claimed = claimed(own(), one, paint);
        if !claimed.is_empty() || one.entries == 0 {
            out.push_str(&cause(one, paint));
        }
        out.push_str(&claimed);
    }
    out
}

/// Whether two rows say the same of an entry.
fn is_same(one: &DivergentEntry, other: &DivergentEntry) -> bool {
    one.path == other.path
        && one.occurrence == other.occurrence
        && one.kind == other.kind
        && one.fields == other.fields
        && one.from == other.from
}
