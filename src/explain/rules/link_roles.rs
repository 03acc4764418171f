//! The same names share one file on both sides, but another of them is stored as the file, or the
//! links lead to others of these names.

use std::collections::BTreeSet;

use crate::compare::comparison::{Divergence, DivergenceKind, FieldDivergence};
use crate::compare::field_value::{FieldDetail, FieldValue};
use crate::explain::case::Case;
use crate::explain::divergent_fields::has;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::LinkRoles,
    needs: Needs::Nothing,
    explains: Explains::Everything,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let free = || case.free().map(|one| one.divergence);
    // A link can only come after its file.
    let is_turned = |one: &&Divergence| has(one, "type") && role(one).is_some();
    let turned: BTreeSet<&[u8]> = free()
        .filter(is_turned)
        .map(|one| one.path.as_slice())
        .collect();
    case.find_each(|divergence| {
        let finding = Finding::new(RULE.id, What::LinkRoles);
        let stands_elsewhere = divergence.kind == DivergenceKind::Reordered;
        if stands_elsewhere && turned.contains(divergence.path.as_slice()) {
            return Some(finding);
        }
        let role = role(divergence)?;
        Some(finding.with([Evidence::on(divergence, role)]))
    })
}

/// What an entry is on both sides, if nothing else differs of it.
fn role(divergence: &Divergence) -> Option<EntryFact> {
    let mut fields = divergence.fields.iter();
    let is_role = |field: &FieldDivergence| match field.name.as_str() {
        "type" => true,
        "size" => has(divergence, "content"),
        "linkname" => matches!(field.detail, Some(FieldDetail::SameNames { .. })),
        "content" => field.detail == Some(FieldDetail::EqualThroughLink),
        _ => false,
    };
    if !fields.clone().all(is_role) {
        return None;
    }
    let link = fields.find(|field| field.name == "linkname")?;
    let target = |value: &Option<FieldValue>| match value {
        Some(FieldValue::Bytes(target)) => Some(target.clone()),
        _ => None,
    };
    Some(EntryFact::LinkRole {
        left: target(&link.left),
        right: target(&link.right),
    })
}
