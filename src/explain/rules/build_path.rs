//! The name of the temporary directory in which the chroot was made got into a file or a link.

use bstr::ByteSlice as _;

use crate::compare::comparison::{Content, Divergence};
use crate::debian::temporary_root::TEMPORARY_ROOT;
use crate::explain::case::Case;
use crate::explain::evidence::{CommandRole, EntryFact, Evidence};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::BuildPath,
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        if !names_root(divergence) {
            return None;
        }
        let by = case.last_chrootless(divergence);
        let finding = case.finding(RULE.id, What::NamesTemporaryRoot, by.map(|run| run.script));
        let writer = by.map(|run| Evidence::of_command(run, CommandRole::Wrote));
        let names = Evidence::on(divergence, EntryFact::NamesTemporaryRoot);
        Some(finding.with(writer).with([names]))
    })
}

/// Whether the right entry's content or link target names the directory.
fn names_root(divergence: &Divergence) -> bool {
    let names = |bytes: &[u8]| bytes.contains_str(TEMPORARY_ROOT);
    let in_content = match divergence.right_content() {
        Some(Content::Whole(bytes) | Content::Window { bytes, .. }) => names(bytes),
        None => false,
    };
    let right = divergence.right.as_ref();
    in_content || right.is_some_and(|side| names(&side.entry.linkname))
}
