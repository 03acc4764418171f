//! Set-id bits, extended attributes or access lists that only one of the archives has.

use crate::compare::comparison::{Divergence, FieldDivergence};
use crate::compare::field_value::FieldValue;
use crate::compare::side::Side;
use crate::explain::case::Case;
use crate::explain::divergent_fields::names;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::tar::number::Number;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::PrivilegesLost,
    needs: Needs::Nothing,
    explains: Explains::Fields(&["mode", "xattr:", "acl:"]),
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let finding = Finding::new(RULE.id, What::PrivilegesLost);
        is_lost(case, divergence).then(|| {
            let fields = EntryFact::Fields(names(divergence));
            finding.with([Evidence::on(divergence, fields)])
        })
    })
}

/// Whether every field that has to be explained is such a privilege, and the same archive lacks
/// them all.
pub(crate) fn is_lost<'a>(case: &Case<'a>, divergence: &'a Divergence) -> bool {
    let open = case.open_fields(divergence);
    let fields = divergence.fields.iter();
    let fields: Vec<_> = fields
        .filter(|field| open.contains(&field.name.as_str()))
        .collect();
    let is_lost_on = |side| fields.iter().all(|field| is_lacked(field, side));
    !fields.is_empty() && [Side::Left, Side::Right].into_iter().any(is_lost_on)
}

/// Whether a side lacks a privilege that the other one has, and nothing else differs in a field.
fn is_lacked(field: &FieldDivergence, side: Side) -> bool {
    let (lacking, having) = match side {
        Side::Left => (&field.left, &field.right),
        Side::Right => (&field.right, &field.left),
    };
    match field.name.as_str() {
        "mode" => match (mode(lacking), mode(having)) {
            (Some(less), Some(more)) => less & !more == 0 && more & !less & !SET_ID == 0,
            (None, _) | (_, None) => false,
        },
        name => {
            let is_such = name.starts_with("xattr:") || name.starts_with("acl:");
            is_such && lacking.is_none()
        }
    }
}

/// The set-user-id and set-group-id bits of a mode.
const SET_ID: i128 = 0o6000;

fn mode(value: &Option<FieldValue>) -> Option<i128> {
    match value {
        Some(FieldValue::Mode(Number::Value(mode))) => Some(*mode),
        _ => None,
    }
}
