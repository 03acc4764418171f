//! An account database differs: accounts are missing, have other ids, or shadow passwords are not
//! set up.

use crate::compare::comparison::Divergence;
use crate::explain::case::Case;
use crate::explain::divergent_fields::is_about_time;
use crate::explain::evidence::{CommandRole, EntryFact, Evidence};
use crate::explain::explains::{CONTENT, Explains};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::Accounts,
    needs: Needs::Nothing,
    explains: Explains::Everything,
    find,
};

/// passwd(5), shadow(5), group(5), gshadow(5), subuid(5) and subgid(5).
const DATABASES: [&[u8]; 6] = [
    b"passwd", b"shadow", b"group", b"gshadow", b"subuid", b"subgid",
];

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        if !is_database(divergence) || is_about_time(divergence) {
            return None;
        }
        if !case.shared.shares(divergence).is_empty() {
            return None;
        }
        // Whose a line is, is not known.
        let missing = if case.shared.has(divergence) {
            Vec::new()
        } else {
            case.missing_runs(divergence)
        };
        let Some((last, others)) = missing.split_last() else {
            // That they differ is all that is known: it is said of what stands in them.
            let is_content = Explains::FieldsOrPresence(CONTENT);
            let differ = Finding::new(RULE.id, What::AccountDatabasesDiffer);
            return is_content
                .whole(divergence, &case.open_fields(divergence))
                .then_some(differ);
        };
        let finding = case.finding(RULE.id, What::AccountsNotSetUp, Some(last.script));
        let command = Evidence::of_command(*last, CommandRole::WroteInNormalBuild);
        let others = others
            .iter()
            .map(|run| Evidence::on(divergence, EntryFact::left_out_too(*run)));
        Some(finding.with([command]).with(others))
    })
}

/// Whether an entry is an account database, or the copy of its last version that the tools of
/// shadow keep in a file with a hyphen.
pub(crate) fn is_database(divergence: &Divergence) -> bool {
    let name = divergence.entry_path().as_bytes().strip_prefix(b"etc/");
    let name = name.map(|name| name.strip_suffix(b"-").unwrap_or(name));
    name.is_some_and(|name| DATABASES.contains(&name))
}
