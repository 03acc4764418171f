//! Two normal builds differ there as well.

use super::case::{bare, differs_there};
use super::{Case, Finding, Needs, Rule, wording};
use crate::text::quote;

pub(super) const RULE: Rule = Rule {
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
        let written = by.map(|(_, process)| format!("{path}: by {}", wording::command(process)));
        finding.evidence.extend(written);
        finding.hint = Some("no matter of DPKG_ROOT: the script makes another file every time");
        finding
    });
    found.collect()
}
