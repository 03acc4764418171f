//! The same lines in another order.

use crate::explain::case::{Case, bare, has_only};
use crate::explain::rules::{Finding, Needs, Rule};
use crate::text::quote;

pub(crate) const RULE: Rule = Rule {
    id: "order-only",
    about: "a file has the same lines in another order",
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, divergence) in case.free() {
        let Some((left, right)) = divergence.contents() else {
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
        let is_content = left != right && has_only(divergence, &["content", "mtime"]);
        if is_content && sorted(left) == sorted(right) {
            let script = case
                .last_chrootless(&divergence.path)
                .map(|(script, _)| script);
            let what = "the same lines in another order";
            let mut finding = Finding::of(case, &RULE, script, what, vec![at]);
            finding.evidence.push(quote(bare(&divergence.path)));
            findings.push(finding);
        }
    }
    findings
}
