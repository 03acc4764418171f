//! Two normal builds differ there as well.

use super::case::{bare, scripts, word};
use super::{Case, Finding, Rule, wording};
use crate::text::quote;

pub(super) const RULE: Rule = Rule {
    id: "nondeterminism",
    about: "two normal builds of the same state differ in the same fields: not about DPKG_ROOT",
    needs_trace: false,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let differs_anyway = case.free().filter(|(_, divergence)| {
        let fields = case.evidence.control.get(bare(&divergence.path));
        fields.is_some_and(|fields| {
            divergence
                .fields
                .iter()
                .all(|field| fields.contains(&field.name))
        })
    });
    let found = differs_anyway.map(|(at, divergence)| {
        let writers = case.chrootless_writers(&divergence.path);
        let what = "plain nondeterminism: two normal builds differ here too";
        let mut finding = match scripts(&writers).last() {
            Some((script, process)) => {
                let package = case.versioned(&script.package);
                let title = format!("{package}, {}: {what}", word(script));
                let mut finding = Finding::new(RULE.id, title, vec![at]).by(script);
                finding.evidence.push(format!(
                    "{}: by {}",
                    quote(bare(&divergence.path)),
                    wording::command(process)
                ));
                finding
            }
            None => Finding::new(RULE.id, what.to_owned(), vec![at]),
        };
        finding.hint = Some("no matter of DPKG_ROOT: the script makes another file every time");
        finding
    });
    found.collect()
}
