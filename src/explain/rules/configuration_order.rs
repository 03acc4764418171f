//! Packages were configured in another order, and a file keeps what the last but one wrote.

use crate::explain::case::{Case, bare, is_same, scripts};
use crate::explain::evidence_text;
use crate::explain::rules::{Finding, Needs, Rule};
use crate::text::quote;
use crate::trace::process::Script;

pub(crate) const RULE: Rule = Rule {
    id: "configuration-order",
    about: "the same scripts wrote the path in both builds, but another one last: dpkg configured packages in another order",
    needs: Needs::Both,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, divergence) in case.free() {
        let normal = scripts(&case.normal_writers(&divergence.path));
        let chrootless = scripts(&case.chrootless_writers(&divergence.path));
        let (Some((first, _)), Some((second, _))) = (normal.last(), chrootless.last()) else {
            continue;
        };
        let has = |list: &[(&Script, &_)], wanted: &Script| {
            list.iter().any(|(other, _)| is_same(other, wanted))
        };
        let is_same_set = normal.len() == chrootless.len()
            && normal.iter().all(|(script, _)| has(&chrootless, script));
        if is_same(first, second) || !is_same_set {
            continue;
        }
        let what = "packages were configured in another order".to_owned();
        let mut finding = Finding::new(RULE.id, what, vec![at]);
        finding.evidence.push(format!(
            "{}: written last by {} in the normal build, by {} in the chrootless one",
            quote(bare(&divergence.path)),
            evidence_text::script(first),
            evidence_text::script(second)
        ));
        if let Some(foreign) = &case.evidence.foreign {
            finding.evidence.push(format!(
                "dpkg, which decides the order, is of {} in the normal build and of {} in the \
                 chrootless one, where packages of {} are foreign to it",
                foreign.chroot, foreign.outside, foreign.chroot
            ));
        }
        finding.hint = Some("no package's fault: what the last configuration replaced is a backup");
        findings.push(finding);
    }
    findings
}
