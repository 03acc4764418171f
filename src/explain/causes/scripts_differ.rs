//! One build's script wrote a path and the other build's did not.

use super::case::{bare, is_same, scripts, word};
use super::{Case, Finding, Rule, wording};
use crate::build::trace::{Process, Script};
use crate::compare::DivergenceKind;
use crate::text::quote;

pub(super) const RULE: Rule = Rule {
    id: "script-differs",
    about: "a script wrote the path in one build only, or wrote something else",
    needs_trace: true,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    if !case.is_traced() {
        return vec![];
    }
    let mut findings = Vec::new();
    for (at, divergence) in case.free() {
        let normal = case.normal_writers(&divergence.path);
        let chrootless = case.chrootless_writers(&divergence.path);
        let (normal, chrootless) = (scripts(&normal), scripts(&chrootless));
        let lacks = |list: &[(&Script, &Process)], script: &Script| {
            !list.iter().any(|(other, _)| is_same(other, script))
        };
        let missing = normal
            .iter()
            .rev()
            .find(|(script, _)| lacks(&chrootless, script));
        let extra = chrootless
            .iter()
            .rev()
            .find(|(script, _)| lacks(&normal, script));
        let (what, script, process, where_it_ran) = match (missing, extra, normal.last()) {
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
        let mut finding = Finding::new(
            RULE.id,
            format!(
                "{}, {}: {what}",
                case.versioned(&script.package),
                word(script)
            ),
            vec![at],
        )
        .by(script);
        finding.evidence.push(format!(
            "{}: {where_it_ran} by {}",
            quote(bare(&divergence.path)),
            wording::command(process)
        ));
        findings.push(finding);
    }
    findings
}
