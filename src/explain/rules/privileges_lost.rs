//! Set-id bits, capabilities and access lists that one side lost.

use crate::compare::comparison::{Divergence, FieldDivergence};
use crate::compare::field_value::FieldValue;
use crate::explain::case::{Case, bare};
use crate::explain::rules::{Finding, Needs, Rule};
use crate::tar::number::Number;
use crate::text::quote;

pub(crate) const RULE: Rule = Rule {
    id: "privileges-lost",
    about: "only set-id bits, extended attributes or access lists differ, and one side has none",
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let claims: Vec<_> = case
        .free()
        .filter(|(_, divergence)| is_lost(divergence))
        .collect();
    if claims.is_empty() {
        return vec![];
    }
    let what = "set-id bits, extended attributes or access lists were lost";
    let numbers = claims.iter().map(|(at, _)| *at).collect();
    let mut finding = Finding::of(case, &RULE, None, what, numbers);
    finding
        .evidence
        .extend(claims.iter().map(|(_, divergence)| {
            let names: Vec<_> = divergence
                .fields
                .iter()
                .map(|field| field.name.as_str())
                .collect();
            format!("{}: {}", quote(bare(&divergence.path)), names.join(", "))
        }));
    finding.hint = Some("fakeroot and some file systems keep neither; a user namespace does");
    vec![finding]
}

/// Whether every field that differs is such a thing, and there on one side only.
pub(crate) fn is_lost(divergence: &Divergence) -> bool {
    let is_lost = |field: &FieldDivergence| match field.name.as_str() {
        "mode" => {
            let mode = |side: &Option<FieldValue>| match side {
                Some(FieldValue::Mode(Number::Value(mode))) => Some(mode & 0o777),
                _ => None,
            };
            mode(&field.left).is_some() && mode(&field.left) == mode(&field.right)
        }
        name => {
            let is_such = name.starts_with("xattr:") || name.starts_with("acl:");
            is_such && (field.left.is_none() || field.right.is_none())
        }
    };
    !divergence.fields.is_empty() && divergence.fields.iter().all(is_lost)
}
