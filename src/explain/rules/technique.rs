//! What a technique alone does to the chroot: the plain way, as the superuser of a user
//! namespace, gives the entry as the normal build does, or in another way.

use crate::explain::case::{Case, bare, differs_there};
use crate::explain::rules::privileges_lost::is_lost;
use crate::explain::rules::{Finding, Needs, Rule};
use crate::text::quote;

pub(crate) const RULE: Rule = Rule {
    id: "technique",
    about: "the entry diverges with this technique alone, and not in a user namespace: no package's fault",
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let Some(technique) = &case.evidence.technique else {
        return vec![];
    };
    let own = case
        .free()
        .filter(|(_, one)| !differs_there(&technique.plain, one));
    let (lost, other): (Vec<_>, Vec<_>) = own.partition(|(_, one)| is_lost(one));
    let word = technique.word;
    let kinds = [
        (
            format!("{word}: set-id bits, extended attributes or access lists were lost"),
            Some("no package's fault: the technique keeps neither; userns does"),
            lost,
        ),
        (
            format!("{word}: made otherwise by this technique alone"),
            Some("no package's fault: with userns the entry is another"),
            other,
        ),
    ];
    let found = kinds
        .into_iter()
        .filter(|(_, _, claims)| !claims.is_empty());
    found
        .map(|(title, hint, claims)| {
            let numbers = claims.iter().map(|(at, _)| *at).collect();
            let mut finding = Finding::new(RULE.id, title, numbers);
            finding.evidence.extend(claims.iter().map(|(_, one)| {
                let fields: Vec<_> = one.fields.iter().map(|field| field.name.as_str()).collect();
                let fields = if fields.is_empty() {
                    "there on one side only".to_owned()
                } else {
                    fields.join(", ")
                };
                format!("{}: {fields}", quote(bare(&one.path)))
            }));
            finding.hint = hint;
            finding
        })
        .collect()
}
