//! A file has the same lines in another order.

use crate::explain::case::Case;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::Explains;
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::OrderOnly,
    needs: Needs::Nothing,
    explains: Explains::Fields(&["content", "mtime"]),
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let (left, right) = divergence.contents()?;
        if left == right || sorted_lines(left) != sorted_lines(right) {
            return None;
        }
        let by = case.last_chrootless(divergence);
        let finding = case.finding(RULE.id, What::LinesReordered, by.map(|run| run.script));
        Some(finding.with([Evidence::on(divergence, EntryFact::Claimed)]))
    })
}

fn sorted_lines(content: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<_> = content.split(|byte| *byte == b'\n').collect();
    lines.sort_unstable();
    lines
}
