//! What maintainer scripts looked at outside: how many paths, and which with `--all`.

use crate::report::render::text::groups::groups;
use crate::report::render::text::listing::Listing;
use crate::report::wire::outside::OutsideRead;
use crate::report::wire::report::Report;

/// Most groups that are listed.
const GROUPS: usize = 20;
/// Most paths that are listed of one group.
const PATHS: usize = 5;

/// The section; none if no script looked at anything.
pub(crate) fn reads(report: &Report, listing: Listing) -> String {
    let reads = report.outside.iter().flat_map(|outside| &outside.reads);
    let groups = groups(reads);
    if groups.is_empty() {
        return String::new();
    }
    let groups = groups.iter().map(|group| {
        let rows: Vec<String> = group.rows.iter().map(|row| self::row(row)).collect();
        let heading = group.actor.heading(report);
        format!("\n{heading}\n{}", listing.listed(&rows, PATHS, "  "))
    });
    let listed = listing.listed(&groups.collect::<Vec<_>>(), GROUPS, "\n");
    format!("\nOUTSIDE  looked at by maintainer scripts, and accounts by what they run\n{listed}")
}

/// `is there  /etc/a`
fn row(read: &OutsideRead) -> String {
    let answer = if read.exists { "is there" } else { "is not" };
    format!("  {answer:9} {}\n", read.path)
}
