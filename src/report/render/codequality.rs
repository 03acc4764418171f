//! The findings as GitLab's code quality report, which a merge request shows beside its lines:
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use serde::Serialize;

use crate::report::render::issues::draft::Severity;
use crate::report::render::issues::{Issue, issues};
use crate::report::render::json::compact;
use crate::report::wire::report::Report;

/// The findings as a JSON list, with a newline at the end; an empty one if there are none.
///
/// # Errors
/// None that these types can have.
pub fn codequality(report: &Report) -> Result<String, serde_json::Error> {
    let rows: Vec<Row> = issues(report).into_iter().map(Row::from).collect();
    compact(&rows)
}

#[derive(Serialize)]
struct Row {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

impl From<Issue> for Row {
    fn from(issue: Issue) -> Self {
        Self {
            description: issue.message,
            check_name: issue.check,
            fingerprint: issue.fingerprint,
            severity: match issue.severity {
                Severity::Info => "info",
                Severity::Minor => "minor",
                Severity::Major => "major",
                Severity::Critical => "critical",
                Severity::Blocker => "blocker",
            },
            location: Location {
                path: issue.path,
                lines: Lines { begin: issue.line },
            },
        }
    }
}
