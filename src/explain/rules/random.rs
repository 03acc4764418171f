//! A machine id or a random seed was made.

use crate::compare::comparison::{Content, Divergence};
use crate::explain::case::Case;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::{CONTENT, Explains};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::Random,
    needs: Needs::Nothing,
    explains: Explains::Fields(CONTENT),
    find,
};

/// Hexadecimal digits of a machine id (machine-id(5)).
const ID_LENGTH: usize = 32;

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let path = divergence.entry_path().as_bytes();
        if !is_made_id(divergence) && !path.ends_with(b"/random-seed") {
            return None;
        }
        let by = case.last_chrootless(divergence);
        let finding = case.finding(RULE.id, What::Random, by.map(|run| run.script));
        Some(finding.with([Evidence::on(divergence, EntryFact::Claimed)]))
    })
}

/// Whether an entry is a machine id that is not empty in both archives.
fn is_made_id(divergence: &Divergence) -> bool {
    let path = divergence.entry_path().as_bytes();
    let contents = [divergence.left_content(), divergence.right_content()];
    let is_id = |content: &Option<&Content>| match content {
        Some(Content::Whole(bytes)) => bytes.trim_ascii_end().len() == ID_LENGTH,
        Some(Content::Window { .. }) | None => false,
    };
    matches!(path, b"etc/machine-id" | b"var/lib/dbus/machine-id") && contents.iter().any(is_id)
}
