//! Set-id bits, extended attributes or access lists that only one of the archives has.

use crate::compare::comparison::{Divergence, FieldDivergence};
use crate::compare::field_value::FieldValue;
use crate::explain::case::Case;
use crate::explain::divergent_fields::names;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::tar::number::Number;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::PrivilegesLost,
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let finding = Finding::new(RULE.id, What::PrivilegesLost);
        is_lost(divergence).then(|| {
            let fields = EntryFact::Fields(names(divergence));
            finding.with([Evidence::on(divergence, fields)])
        })
    })
}

/// Whether every field that differs is such a privilege, and only one of the archives has it.
pub(crate) fn is_lost(divergence: &Divergence) -> bool {
    let is_lost = |field: &FieldDivergence| match field.name.as_str() {
        "mode" => {
            let mode = |value: &Option<FieldValue>| match value {
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
