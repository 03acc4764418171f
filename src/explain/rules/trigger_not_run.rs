//! A trigger ran in the normal build and never in the chrootless one.

use crate::explain::case::{Case, bare, missing, word};
use crate::explain::evidence_text;
use crate::explain::rules::{Finding, Needs, Rule};
use crate::text::quote;
use crate::trace::process::Script;

pub(crate) const RULE: Rule = Rule {
    id: "trigger-not-run",
    about: "a package's trigger ran in the normal build and not in the chrootless one",
    needs: Needs::Both,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, divergence) in case.free() {
        let last = missing(case, &divergence.path).pop();
        let Some((script, process)) = last.filter(|(script, _)| word(script) == "trigger") else {
            continue;
        };
        if case
            .evidence
            .chrootless
            .is_some_and(|trace| trace.ran(|other| is_run_of(script, other)))
        {
            continue;
        }
        let what = "was not run in chrootless: nothing activated it";
        let mut finding = Finding::of(case, &RULE, Some(script), what, vec![at]);
        finding.evidence.push(format!(
            "{}: in the normal build {} runs {}",
            quote(bare(&divergence.path)),
            evidence_text::script(script),
            evidence_text::command(process)
        ));
        finding.hint = Some(
            "whoever activates the trigger may have left it out: dpkg-trigger heeds DPKG_ROOT",
        );
        findings.push(finding);
    }
    findings
}

fn is_run_of(script: &Script, other: &Script) -> bool {
    other.package == script.package && word(other) == "trigger"
}
