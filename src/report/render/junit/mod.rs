//! The report as JUnit's XML, as GitLab and Jenkins read it: a test case for each package, and one
//! for each thing that is of no package.
//!
//! Both show the text of a failure and not its attributes, and take class and name together as the
//! key of a test case. The report never fails a job; the exit status does.

pub(crate) mod cases;
pub(crate) mod text;

use std::time::Duration;

use quick_junit::{SerializeError, TestSuite};

use crate::report::render::junit::cases::{archives, build, extra_builds, outside, packages};
use crate::report::render::subject::subject;
use crate::report::wire::build::ModeName;
use crate::report::wire::report::Report;

/// The report as XML, with a newline at the end.
///
/// # Errors
/// None that a string can have.
pub fn junit(report: &Report) -> Result<String, SerializeError> {
    let mut suite = TestSuite::new(subject(report));
    suite.set_time(time(report));
    let mut cases = vec![build(report), archives(report)];
    cases.extend(outside(report));
    cases.extend(extra_builds(report));
    cases.extend(packages(report));
    let class = class(report);
    for mut case in cases {
        case.set_classname(class.as_str());
        suite.add_test_case(case);
    }
    let mut all = quick_junit::Report::new("twinroot");
    all.add_test_suite(suite);
    all.to_string()
}

/// `twinroot.trixie.essential.amd64.userns`, or `twinroot.compare`.
fn class(report: &Report) -> String {
    let Some(frozen) = &report.frozen else {
        return "twinroot.compare".to_owned();
    };
    let mut builds = report.builds.iter();
    let chrootless = builds.find(|build| build.mode == ModeName::Chrootless);
    // `userns, observed` is one technique, observed or not.
    let technique = chrootless.and_then(|build| build.technique.split(',').next());
    let parts = [&frozen.suite, &frozen.variant, &frozen.architecture];
    let parts = parts.into_iter().map(String::as_str).chain(technique);
    std::iter::once("twinroot")
        .chain(parts)
        .collect::<Vec<_>>()
        .join(".")
}

/// All steps together. It is the one thing that differs between equal runs.
fn time(report: &Report) -> Duration {
    let seconds: f64 = report.timings.values().sum();
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
