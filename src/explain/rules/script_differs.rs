//! One build's script wrote a path and the other build's did not.

use crate::compare::comparison::DivergenceKind;
use crate::explain::case::{Case, bare, lacking, scripts};
use crate::explain::evidence_text;
use crate::explain::rules::{Finding, Needs, Rule};
use crate::text::quote;

pub(crate) const RULE: Rule = Rule {
    id: "script-differs",
    about: "a script wrote the path in one build only, or wrote something else",
    needs: Needs::Both,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, divergence) in case.free() {
        let normal = scripts(&case.normal_writers(&divergence.path));
        let chrootless = scripts(&case.chrootless_writers(&divergence.path));
        let missing = lacking(&normal, &chrootless).pop();
        let extra = lacking(&chrootless, &normal).pop();
        let (what, script, process, where_it_ran) = match (missing, extra, normal.last().copied()) {
            (Some((script, process)), _, _) => (
                "did nothing inside in chrootless",
                script,
                process,
                "in the normal build",
            ),
            (None, Some((script, process)), _) => (
                "did more in chrootless",
                script,
                process,
                "in the chrootless build",
            ),
            (None, None, Some((script, process))) => {
                let what = if divergence.kind == DivergenceKind::LeftOnly {
                    "did not make it in chrootless"
                } else {
                    "made something else in chrootless"
                };
                (what, script, process, "in both builds")
            }
            (None, None, None) => continue,
        };
        let mut finding = Finding::of(case, &RULE, Some(script), what, vec![at]);
        finding.evidence.push(format!(
            "{}: {where_it_ran} by {}",
            quote(bare(&divergence.path)),
            evidence_text::command(process)
        ));
        findings.push(finding);
    }
    findings
}
