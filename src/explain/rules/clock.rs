//! The time of the build got in: as a time that was not clamped, or into a content.

use crate::compare::comparison::{Divergence, SideEntry};
use crate::explain::case::Case;
use crate::explain::divergent_fields::{has_only, is_about_time};
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::tar::time::Timestamp;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::Clock,
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let what = what(divergence, case.observations.epoch)?;
        let by = case.last_chrootless(divergence);
        let finding = case.finding(RULE.id, what, by.map(|run| run.script));
        let fact = by.map_or(EntryFact::Claimed, EntryFact::written_by);
        Some(finding.with([Evidence::on(divergence, fact)]))
    })
}

fn what(divergence: &Divergence, epoch: Option<i64>) -> Option<What> {
    if is_unclamped(divergence, epoch) {
        return Some(What::TimeNotClamped);
    }
    let is_content =
        has_only(divergence, &["content", "mtime", "size"]) && is_about_time(divergence);
    is_content.then_some(What::BuildTimeInContent)
}

/// Whether nothing but the time differs, and that of one archive is later than the epoch.
fn is_unclamped(divergence: &Divergence, epoch: Option<i64>) -> bool {
    let Some(epoch) = epoch.and_then(|epoch| u64::try_from(epoch).ok()) else {
        return false;
    };
    let is_later = |side: &Option<Box<SideEntry>>| {
        matches!(
            side.as_ref().map(|side| &side.entry.mtime),
            Some(Timestamp::Seconds { negative: false, whole, .. }) if *whole > epoch
        )
    };
    has_only(divergence, &["mtime"]) && (is_later(&divergence.left) || is_later(&divergence.right))
}
