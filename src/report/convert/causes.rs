//! Findings as causes.

use crate::explain::rules::Finding;
use crate::report::convert::script::script_name;
use crate::report::wire::cause::Cause;

/// The causes of findings, in their order.
pub(crate) fn causes(findings: &[Finding]) -> Vec<Cause> {
    let numbered = findings.iter().enumerate();
    numbered
        .map(|(number, finding)| Cause {
            id: cause_id(number),
            rule: finding.rule.to_owned(),
            title: finding.title.clone(),
            entries: finding.claims.len() as u64,
            package: finding.package.clone(),
            script: finding.script.as_deref().and_then(script_name),
            evidence: finding.evidence.clone(),
            hint: finding.hint.map(str::to_owned),
            bug: finding.bug.map(str::to_owned),
        })
        .collect()
}

/// The id of the cause of a finding, given the finding's position from 0.
pub(crate) fn cause_id(number: usize) -> String {
    (number + 1).to_string()
}
