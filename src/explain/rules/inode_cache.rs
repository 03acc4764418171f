//! A cache holds inode numbers and times of the files that it is about, which are others in each
//! build.

use crate::explain::case::Case;
use crate::explain::content::inode_caches::differ_by_inodes;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::{CONTENT, Explains};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::InodeCache,
    needs: Needs::Nothing,
    explains: Explains::Fields(CONTENT),
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let (left, right) = divergence.contents()?;
        let is_such = differ_by_inodes(divergence.entry_path().as_bytes(), left, right);
        let finding = Finding::new(RULE.id, What::InodesInCache);
        is_such.then(|| finding.with([Evidence::on(divergence, EntryFact::Claimed)]))
    })
}
