//! The same lines in another order.

use super::case::{bare, contents, has_only, scripts, word};
use super::{Case, Finding, Rule};
use crate::text::quote;

pub(super) const RULE: Rule = Rule {
    id: "order-only",
    about: "a file has the same lines in another order",
    needs_trace: false,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, divergence) in case.free() {
        let Some((left, right)) = contents(divergence) else {
            continue;
        };
        let sorted = |bytes: &[u8]| {
            let mut lines: Vec<_> = bytes
                .split(|byte| *byte == b'\n')
                .map(<[u8]>::to_vec)
                .collect();
            lines.sort();
            lines
        };
        if has_only(divergence, &["content", "mtime"]) && sorted(left) == sorted(right) {
            let what = "the same lines in another order";
            let writers = case.chrootless_writers(&divergence.path);
            let mut finding = match scripts(&writers).last() {
                Some((script, _)) => {
                    let package = case.versioned(&script.package);
                    let title = format!("{package}, {}: {what}", word(script));
                    Finding::new(RULE.id, title, vec![at]).by(script)
                }
                None => Finding::new(RULE.id, what.to_owned(), vec![at]),
            };
            finding.evidence.push(quote(bare(&divergence.path)));
            findings.push(finding);
        }
    }
    findings
}
