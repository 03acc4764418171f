//! The findings as SARIF 2.1.0, which GitHub's code scanning and editors read:
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::report::render::issues::draft::Severity;
use crate::report::render::issues::{Issue, issues};
use crate::report::render::json::compact;
use crate::report::wire::report::Report;

/// The findings as one run in JSON, with a newline at the end.
///
/// # Errors
/// None that these types can have.
pub fn sarif(report: &Report) -> Result<String, serde_json::Error> {
    let issues = issues(report);
    let checks: BTreeSet<&str> = issues.iter().map(|issue| issue.check.as_str()).collect();
    let rules: Vec<Rule> = checks.into_iter().map(Rule::new).collect();
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "twinroot",
                    version: env!("CARGO_PKG_VERSION"),
                    rules,
                },
            },
            column_kind: "unicodeCodePoints",
            results: issues.into_iter().map(Finding::from).collect(),
        }],
    };
    compact(&log)
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Finding>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Message,
}

impl Rule {
    /// GitHub wants a description; the id in words is one.
    fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            short_description: Message {
                text: id.replace('-', " "),
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: String,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
}

impl From<Issue> for Finding {
    fn from(issue: Issue) -> Self {
        Self {
            level: match issue.severity {
                Severity::Info => "note",
                Severity::Minor => "warning",
                Severity::Major | Severity::Critical | Severity::Blocker => "error",
            },
            message: Message {
                text: issue.message,
            },
            locations: [Location {
                physical_location: PhysicalLocation {
                    artifact_location: ArtifactLocation {
                        uri: relative_reference(&issue.path),
                    },
                    region: Region {
                        start_line: issue.line,
                    },
                },
            }],
            partial_fingerprints: BTreeMap::from([("twinroot/v1", issue.fingerprint)]),
            rule_id: issue.check,
        }
    }
}

/// A path as a relative reference of RFC 3986: what could be read otherwise is percent-encoded,
/// also the colon, which would end a scheme.
fn relative_reference(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'~' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_relative_reference() {
        assert_eq!(
            relative_reference("debian/libc6:amd64.postinst"),
            "debian/libc6%3Aamd64.postinst"
        );
        assert_eq!(relative_reference("a b/ü%"), "a%20b/%C3%BC%25");
    }
}
