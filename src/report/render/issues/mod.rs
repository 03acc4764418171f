//! Findings that have a place in a source tree, for programs that show them beside its lines.
//!
//! A maintainer script is looked for as `debian/PACKAGE.SCRIPT`, as debhelper names it, and a line
//! is that of the installed script. What is of no script is at the path of its entry.

pub(crate) mod of_archives;
pub(crate) mod of_scripts;
pub(crate) mod place;

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::report::render::issues::place::Place;
use crate::report::wire::report::Report;
use crate::text::hex;
use crate::text::number::grouped;
use crate::text::quote::visible;

/// Most issues of a report. A page that shows more is of no use, and some refuse it.
const MOST: usize = 1000;

/// How bad an issue is, worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// Something else of the report is worth knowing.
    Info,
    /// It had no effect in this run.
    Minor,
    /// Something differs.
    Major,
    /// The outside changed, or nobody knows why something differs.
    Critical,
    /// Nothing can be built, or the job could not be done.
    Blocker,
}

/// What is not yet an issue, because others may look like it.
#[derive(Debug)]
pub(crate) struct Draft {
    /// What was found, in a word: `rule` of a cause, or one of ours.
    pub(crate) check: String,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    pub(crate) place: Place,
    /// What tells it from others of the same check and place, and stays when lines move.
    pub(crate) text: String,
}

/// One finding.
#[derive(Debug)]
pub(crate) struct Issue {
    pub(crate) check: String,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    /// Where it is, relative to the top of a source tree.
    pub(crate) path: String,
    /// Number of the line, from 1.
    pub(crate) line: u64,
    /// The same in the next report, as long as it is the same finding; hexadecimal.
    pub(crate) fingerprint: String,
}

/// The findings of a report: of scripts, then of archives.
pub(crate) fn issues(report: &Report) -> Vec<Issue> {
    let mut drafts = of_scripts::drafts(report);
    drafts.extend(of_archives::drafts(report));
    if drafts.len() > MOST {
        let rest = drafts.len() - (MOST - 1);
        drafts.truncate(MOST - 1);
        drafts.push(Draft {
            check: "not-shown".to_owned(),
            severity: Severity::Info,
            message: format!(
                "{} more findings are in the JSON report",
                grouped(rest as u64)
            ),
            place: Place::archive(report),
            text: String::new(),
        });
    }
    let mut seen = BTreeMap::new();
    let numbered = |draft: Draft| {
        let key = [
            draft.check.as_str(),
            draft.place.path.as_str(),
            draft.text.as_str(),
        ]
        .join("\0");
        let count: &mut u64 = seen.entry(key.clone()).or_default();
        *count += 1;
        draft.numbered(&key, *count)
    };
    drafts.into_iter().map(numbered).collect()
}

impl Draft {
    /// The issue, the `count`th of those that have this key.
    fn numbered(self, key: &str, count: u64) -> Issue {
        let mut digest = Sha256::new();
        digest.update(key.as_bytes());
        if count > 1 {
            digest.update(format!("\0{count}").as_bytes());
        }
        Issue {
            check: self.check,
            severity: self.severity,
            message: visible(self.message),
            path: visible(self.place.path),
            line: self.place.line,
            fingerprint: hex(&digest.finalize()),
        }
    }
}
