//! Packages whose scripts act on the outside without effect on this one, and what they tried.

use crate::report::render::text::groups::groups;
use crate::report::render::text::listing::Listing;
use crate::report::wire::outside::{Attempt, AttemptEffect};
use crate::report::wire::package::{Package, PackageVerdictName};
use crate::report::wire::report::Report;
use crate::text::quote;

/// Most groups that are listed of one list.
const GROUPS: usize = 40;
/// Most paths that are listed of one group.
const PATHS: usize = 12;

/// The section; none without such a package.
pub(crate) fn latent(report: &Report, listing: Listing) -> String {
    let packages = report.packages.iter();
    let latent: Vec<&Package> = packages
        .filter(|package| package.verdict == PackageVerdictName::Latent)
        .collect();
    let mut out = match latent.len() {
        0 => return String::new(),
        1 => "\nLATENT  1 package acts on the outside, without effect on this one\n".to_owned(),
        count => {
            format!("\nLATENT  {count} packages act on the outside, without effect on this one\n")
        }
    };
    for package in latent {
        let outside = report.outside.iter();
        let attempts = outside.flat_map(|outside| &outside.attempts);
        let own: Vec<&Attempt> = attempts
            .filter(|attempt| attempt.package == package.name)
            .collect();
        out.push_str(&self::attempts(report, &own, listing));
    }
    out + "\nhint: act below \"$DPKG_ROOT\": on an outside that lacks these paths, or has others, \
           the same lines have an effect\n"
}

/// Attempts by their scripts and commands.
pub(crate) fn attempts(report: &Report, attempts: &[&Attempt], listing: Listing) -> String {
    let groups = groups(attempts.iter().copied());
    let groups = groups.iter().map(|group| {
        let rows: Vec<String> = group.rows.iter().map(|row| self::row(row)).collect();
        let heading = group.actor.heading(report);
        format!("\n{heading}\n{}", listing.listed(&rows, PATHS, "  "))
    });
    listing.listed(&groups.collect::<Vec<_>>(), GROUPS, "\n")
}

/// `mkdir     /var/lib/x   EEXIST`
fn row(attempt: &Attempt) -> String {
    let call = quote(attempt.call.as_bytes());
    let came_of_it = came_of(attempt);
    format!("  {call:9} {}   {}\n", attempt.path, came_of_it.trim_end())
}

/// What came of an attempt: `changed`, `as it was`, `EEXIST`, `refused EROFS`.
pub(crate) fn came_of(attempt: &Attempt) -> String {
    match (attempt.effect, &attempt.errno) {
        (AttemptEffect::Changed, _) => "changed".to_owned(),
        (AttemptEffect::None, None) => "as it was".to_owned(),
        (AttemptEffect::None, Some(errno)) => quote(errno.as_bytes()),
        (AttemptEffect::Refused, errno) => {
            let errno = errno.as_deref().unwrap_or_default();
            format!("refused {}", quote(errno.as_bytes()))
        }
    }
}
