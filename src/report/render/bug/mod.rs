//! A bug report on one package, ready for Debian's bug tracker.

pub(crate) mod failures;
pub(crate) mod findings;
pub(crate) mod header;
pub(crate) mod reproduce;
pub(crate) mod scripts;

use crate::report::render::bug::header::Complaint;
use crate::report::wire::outside::{Attempt, AttemptEffect, Escape};
use crate::report::wire::report::Report;
use crate::text::quote;
use crate::text::quote::visible;

/// The bug report on a package; `None` if the run found nothing against it.
#[must_use]
pub fn bug(report: &Report, package: &str) -> Option<String> {
    let outside = report.outside.iter();
    let escapes: Vec<&Escape> = outside
        .flat_map(|outside| &outside.escapes)
        .filter(|escape| escape.package.as_deref() == Some(package))
        .collect();
    let mut entries = report.divergences.all().iter();
    let diverges = entries.any(|entry| findings::of_package(report, entry, package).is_some());
    let mut causes = report.causes.iter();
    let is_cause = causes.any(|cause| cause.package.as_deref() == Some(package));
    let failures = failures::failures(report, package);
    if !failures.is_empty() {
        // What differs may only differ because the script did not get to its end.
        let sections = [
            header::header(report, package, Complaint::Fails),
            failures,
            findings::outside(&escapes),
            scripts::scripts(report, package),
            reproduce::reproduce(report),
        ];
        return Some(visible(sections.concat()));
    }
    let outside = report.outside.iter();
    let attempts: Vec<&Attempt> = outside
        .flat_map(|outside| &outside.attempts)
        .filter(|one| one.package == package && one.effect != AttemptEffect::Changed)
        .collect();
    let complaint = if diverges {
        Complaint::Differs
    } else if is_cause || !escapes.is_empty() {
        Complaint::Modifies
    } else if attempts.is_empty() {
        return None;
    } else {
        Complaint::Tries
    };
    let sections = [
        header::header(report, package, complaint),
        findings::divergences(report, package),
        findings::outside(&escapes),
        findings::tried(&attempts),
        findings::causes(report, package),
        scripts::scripts(report, package),
        reproduce::reproduce(report),
    ];
    Some(visible(sections.concat()))
}

/// What is said if there is nothing to report.
#[must_use]
pub fn no_bug(package: &str) -> String {
    format!("nothing to report for {}\n", quote(package.as_bytes()))
}

#[cfg(test)]
mod tests;
