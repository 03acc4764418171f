//! Two normal builds differ there as well.

use crate::explain::case::{Case, bare, differs_there};
use crate::explain::evidence_text;
use crate::explain::rules::{Finding, Needs, Rule};
use crate::text::quote;

pub(crate) const RULE: Rule = Rule {
    id: "nondeterminism",
    about: "two normal builds of the same state differ in the same fields: not about DPKG_ROOT",
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let control = &case.evidence.control;
    let differs_anyway = case
        .free()
        .filter(|(_, divergence)| differs_there(control, divergence));
    let found = differs_anyway.map(|(at, divergence)| {
        let by = case.last_chrootless(&divergence.path);
        let what = "plain nondeterminism: two normal builds differ here too";
        let script = by.map(|(script, _)| script);
        let mut finding = Finding::of(case, &RULE, script, what, vec![at]);
        let path = quote(bare(&divergence.path));
        let written =
            by.map(|(_, process)| format!("{path}: by {}", evidence_text::command(process)));
        finding.evidence.extend(written);
        finding.hint = Some("no matter of DPKG_ROOT: the script makes another file every time");
        finding
    });
    found.collect()
}
