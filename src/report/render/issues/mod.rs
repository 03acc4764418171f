//! Findings that have a place in a source tree, for programs that show them beside its lines.
//!
//! A maintainer script is looked for as `debian/PACKAGE.SCRIPT`, as debhelper names it, and a line
//! is that of the installed script. What is of no script is at the path of its entry.

pub(crate) mod draft;
pub(crate) mod of_archives;
pub(crate) mod of_scripts;
pub(crate) mod place;

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::report::render::issues::draft::{Draft, Severity};
use crate::report::render::issues::place::Place;
use crate::report::wire::report::Report;
use crate::text::hex;
use crate::text::number::grouped;
use crate::text::quote::visible;

/// Most issues of a report. A page that shows more is of no use, and some refuse it.
const MOST: usize = 1000;

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
    let issue = |draft: Draft| {
        let key = [
            draft.check.as_str(),
            draft.place.path.as_str(),
            draft.text.as_str(),
        ]
        .join("\0");
        let count: &mut u64 = seen.entry(key.clone()).or_default();
        *count += 1;
        numbered(draft, &key, *count)
    };
    drafts.into_iter().map(issue).collect()
}

/// The issue of a draft, the `count`th of those that have this key.
fn numbered(draft: Draft, key: &str, count: u64) -> Issue {
    let mut digest = Sha256::new();
    digest.update(key.as_bytes());
    if count > 1 {
        digest.update(format!("\0{count}").as_bytes());
    }
    Issue {
        check: draft.check,
        severity: draft.severity,
        message: visible(draft.message),
        path: visible(draft.place.path),
        line: draft.place.line,
        fingerprint: hex(&digest.finalize()),
    }
}
