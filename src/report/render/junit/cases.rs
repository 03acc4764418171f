//! The test cases of a report.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus};

use crate::report::render::junit::text::Findings;
use crate::report::render::text::failures::failure;
use crate::report::wire::matrix::MatrixRow;
use crate::report::wire::outside::AuditMethod;
use crate::report::wire::package::{Package, PackageVerdictName};
use crate::report::wire::report::Report;
use crate::report::wire::verdict::Verdict;
use crate::text::number::entries;
use crate::text::quote::visible;

/// Whether the job could be done. No package has a name with a space in it.
pub(crate) fn build(report: &Report) -> TestCase {
    let trouble = report.trouble.as_ref();
    TestCase::new(
        "the build",
        trouble.map_or_else(TestCaseStatus::success, |trouble| {
            let hint = trouble.hint.iter().map(|hint| format!("\nhint: {hint}"));
            let text = trouble.what.clone() + &hint.collect::<String>();
            non_success(NonSuccessKind::Error, &text)
        }),
    )
}

/// What differs and is held against no package.
pub(crate) fn archives(report: &Report) -> TestCase {
    let text = Findings::new(report).of_archives();
    TestCase::new("the archives", failed_by(&text))
}

/// What changed outside, and no package is known to have done it; none without `verify`.
pub(crate) fn outside(report: &Report) -> Option<TestCase> {
    let outside = report.outside.as_ref()?;
    let status = match outside.audit {
        AuditMethod::Off => skipped("the outside was not watched"),
        _ => failed_by(&Findings::new(report).of_outside()),
    };
    Some(TestCase::new("the outside", status))
}

/// The extra builds.
pub(crate) fn extra_builds(report: &Report) -> impl Iterator<Item = TestCase> {
    report.matrix.iter().map(|row| {
        let name = format!("build {} {}", row.mode.as_str(), row.label);
        TestCase::new(name, extra_build(row))
    })
}

fn extra_build(row: &MatrixRow) -> TestCaseStatus {
    match (&row.trouble, row.verdict) {
        (Some(trouble), _) => non_success(NonSuccessKind::Error, &trouble.what),
        (None, Verdict::Identical) => TestCaseStatus::success(),
        (None, verdict) => {
            let text = format!(
                "{}: {} diverge, {} changes outside; the rows are in the JSON report",
                verdict.as_str(),
                entries(row.divergences.len() as u64),
                row.escapes.len()
            );
            non_success(NonSuccessKind::Failure, &text)
        }
    }
}

/// The packages, and those of scripts that fail whose package is not in the list.
pub(crate) fn packages(report: &Report) -> Vec<TestCase> {
    let findings = Findings::new(report);
    let packages = report.packages.iter();
    let mut cases: Vec<TestCase> = packages.map(|one| package(&findings, one)).collect();
    let is_listed = |name: &str| report.packages.iter().any(|package| package.name == name);
    let failures = report.failures.iter();
    let others = failures.filter(|one| !is_listed(&one.package));
    cases.extend(others.map(|one| {
        let name = format!("{} {}", one.package, one.script.as_str());
        TestCase::new(name, non_success(NonSuccessKind::Failure, &failure(one)))
    }));
    cases
}

fn package(findings: &Findings<'_>, package: &Package) -> TestCase {
    let reason = package.reason.as_deref().unwrap_or_default();
    let status = match package.verdict {
        // What a latent package tries has no effect, and the exit status is 0.
        PackageVerdictName::Complete | PackageVerdictName::Latent => TestCaseStatus::success(),
        PackageVerdictName::Unproven => skipped(reason),
        PackageVerdictName::Incomplete | PackageVerdictName::Fails => {
            let found = findings.of_package(&package.name);
            let text = format!("{} {}: {reason}\n{found}", package.name, package.version);
            non_success(NonSuccessKind::Failure, &text)
        }
    };
    let mut case = TestCase::new(package.name.as_str(), status);
    if package.verdict == PackageVerdictName::Latent {
        case.set_system_out(visible(format!("latent: {reason}\n")));
    }
    case
}

/// Failed with this text, or passed if there is none.
fn failed_by(text: &str) -> TestCaseStatus {
    if text.is_empty() {
        return TestCaseStatus::success();
    }
    non_success(NonSuccessKind::Failure, text)
}

fn non_success(kind: NonSuccessKind, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    let text = visible(text.to_owned());
    let first = text.lines().find(|line| !line.is_empty());
    status.set_message(first.unwrap_or_default());
    status.set_description(text.trim_start_matches('\n'));
    status
}

fn skipped(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    let reason = visible(reason.to_owned());
    status.set_message(reason.as_str());
    status.set_description(reason.as_str());
    status
}
