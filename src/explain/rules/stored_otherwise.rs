//! Two archives store the same in different ways: said once for all entries. Of builds, only what
//! another tar program did to every entry is said so.

use crate::compare::comparison::{Divergence, DivergenceKind, FieldDivergence};
use crate::explain::case::Case;
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::StoredOtherwise,
    needs: Needs::Nothing,
    explains: Explains::Everything,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let claims: Vec<usize> = case
        .free()
        .filter(|one| is_covered(case, one.divergence))
        .map(|one| one.at)
        .collect();
    let what = What::StoredOtherwise {
        statements: case.overview.statements.clone(),
    };
    vec![Finding::new(RULE.id, what).claiming(claims)]
}

/// Whether a statement says of each difference of an entry how it differs.
fn is_covered(case: &Case<'_>, divergence: &Divergence) -> bool {
    let mut statements = case.overview.statements.iter();
    let is_field = |field: &FieldDivergence| {
        case.is_stated(field) || field.name == "mtime" && case.has_entries(divergence)
    };
    match divergence.kind {
        DivergenceKind::Moved => statements.any(|one| one.covers_name(divergence)),
        DivergenceKind::Changed => {
            let fields = &divergence.fields;
            fields.iter().any(|field| case.is_stated(field)) && fields.iter().all(is_field)
        }
        DivergenceKind::LeftOnly | DivergenceKind::RightOnly | DivergenceKind::Reordered => false,
    }
}
