//! Findings as causes.

use crate::explain::finding::{Finding, OwnLines};
use crate::report::convert::entry_name::name;
use crate::report::sentences::shown_line::shown_line;
use crate::report::sentences::{evidence, finding};
use crate::report::wire::cause::{Cause, CauseLines};
use crate::report::wire::script::ScriptName;

/// The causes of findings, in their order.
pub(crate) fn causes(findings: &[Finding]) -> Vec<Cause> {
    let numbered = findings.iter().enumerate();
    numbered
        .map(|(number, one)| Cause {
            id: cause_id(number),
            rule: one.rule.as_str().to_owned(),
            title: finding::title(one),
            entries: one.claims.len() as u64,
            package: one.package.clone(),
            script: one.script.map(ScriptName),
            evidence: evidence::lines(one),
            lines: one.lines.iter().map(own_lines).collect(),
            hint: finding::hint(one),
            bug: finding::bug(one).map(str::to_owned),
        })
        .collect()
}

fn own_lines(own: &OwnLines) -> CauseLines {
    let shown = |lines: &[Vec<u8>]| {
        let lines = lines.iter();
        lines.map(|line| shown_line(&own.path, line)).collect()
    };
    CauseLines {
        path: name(&own.entry),
        left: shown(&own.left),
        right: shown(&own.right),
    }
}

/// The id of the cause of a finding, given the finding's position from 0.
pub(crate) fn cause_id(number: usize) -> String {
    (number + 1).to_string()
}
