//! What changed outside, and what packages that are not latent tried there without effect, by
//! package, script and command.

use crate::report::render::text::escapes;
use crate::report::render::text::groups::groups;
use crate::report::render::text::latent::attempts;
use crate::report::render::text::listing::Listing;
use crate::report::wire::outside::{Attempt, AttemptEffect};
use crate::report::wire::package::PackageVerdictName;
use crate::report::wire::report::Report;

/// Most groups that are listed.
const GROUPS: usize = 40;
/// Most paths that are listed of one group.
const PATHS: usize = 12;

/// The sections; none without `verify`.
pub(crate) fn acts(report: &Report, listing: Listing) -> String {
    escaped(report, listing) + &tried(report, listing)
}

fn escaped(report: &Report, listing: Listing) -> String {
    let escapes = report.outside.iter().flat_map(|outside| &outside.escapes);
    let groups = groups(escapes);
    let groups = groups.iter().map(|group| {
        let rows = group.rows.iter().map(|row| escapes::of_group(row));
        let rows: Vec<String> = rows.collect();
        let heading = group.actor.heading(report);
        format!("\n{heading}\n{}", listing.listed(&rows, PATHS, "  "))
    });
    let groups: Vec<String> = groups.collect();
    if groups.is_empty() {
        return String::new();
    }
    format!(
        "\nOUTSIDE  modified\n{}",
        listing.listed(&groups, GROUPS, "\n")
    )
}

/// Attempts of packages that are not latent; those with an effect are escapes.
fn tried(report: &Report, listing: Listing) -> String {
    let is_latent = |name: &str| {
        let mut packages = report.packages.iter();
        packages
            .any(|package| package.name == name && package.verdict == PackageVerdictName::Latent)
    };
    let all = report.outside.iter().flat_map(|outside| &outside.attempts);
    let others: Vec<&Attempt> = all
        .filter(|one| one.effect != AttemptEffect::Changed && !is_latent(&one.package))
        .collect();
    if others.is_empty() {
        return String::new();
    }
    let listed = attempts(report, &others, listing);
    format!("\nOUTSIDE  tried without effect by packages that are not latent\n{listed}")
}
