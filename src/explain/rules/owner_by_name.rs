//! Only the owner differs: a name was looked up in the accounts of the outside.

use crate::compare::comparison::Divergence;
use crate::compare::field_value::FieldValue;
use crate::explain::case::Case;
use crate::explain::divergent_fields::has;
use crate::explain::evidence::{CommandRole, EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::tar::number::Number;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::OwnerByName,
    needs: Needs::Builds,
    explains: Explains::Fields(&["uid", "gid", "uname", "gname"]),
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let names = looked_up(case, divergence)?;
        let names = names.into_iter().map(|fact| Evidence::on(divergence, fact));
        let by = case.last_chrootless(divergence);
        let setter = by.map(|run| Evidence::of_command(run, CommandRole::SetOwner));
        let script = by.map(|run| run.script);
        let finding = case.finding(RULE.id, What::OwnerLookedUpOutside, script);
        Some(finding.with(setter).with(names))
    })
}

/// The accounts of the outside that the ids on the right belong to; `None` if one belongs to
/// none. Root's id says nothing: it is that of an entry whose owner nobody set.
fn looked_up(case: &Case<'_>, divergence: &Divergence) -> Option<Vec<EntryFact>> {
    let mut facts = Vec::new();
    if has(divergence, "uid") {
        let id = right_id(divergence, "uid").filter(|id| *id != 0);
        facts.push(EntryFact::OutsideUser(outside_name(
            case,
            b"/etc/passwd",
            id,
        )?));
    }
    if has(divergence, "gid") {
        let id = right_id(divergence, "gid").filter(|id| *id != 0);
        facts.push(EntryFact::OutsideGroup(outside_name(
            case,
            b"/etc/group",
            id,
        )?));
    }
    (!facts.is_empty()).then_some(facts)
}

/// The right value of a field that is an id, if the field differs.
fn right_id(divergence: &Divergence, name: &str) -> Option<i128> {
    let mut fields = divergence.fields.iter();
    let field = fields.find(|field| field.name == name)?;
    match &field.right {
        Some(FieldValue::Id(Number::Value(id))) => Some(*id),
        _ => None,
    }
}

/// The name of an id in an account database of the outside: passwd(5), group(5).
fn outside_name(case: &Case<'_>, database: &[u8], id: Option<i128>) -> Option<String> {
    let id = id?;
    let text = (case.observations.outside)(database)?;
    String::from_utf8_lossy(&text).lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(id)).then(|| name.to_owned())
    })
}
