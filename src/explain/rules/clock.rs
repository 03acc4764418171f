//! The time of the build got in: as a time that was not clamped, or into a content.

use crate::compare::comparison::{Divergence, SideEntry};
use crate::explain::case::Case;
use crate::explain::divergent_fields::is_about_time;
use crate::explain::evidence::{EntryFact, Evidence};
use crate::explain::explains::{CONTENT, Explains};
use crate::explain::finding::{Finding, What};
use crate::explain::rule::{Needs, Rule};
use crate::explain::rule_id::RuleId;
use crate::tar::time::Timestamp;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::Clock,
    needs: Needs::Nothing,
    explains: Explains::Fields(CONTENT),
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    case.find_each(|divergence| {
        let what = what(case, divergence)?;
        let by = case.last_chrootless(divergence);
        let finding = case.finding(RULE.id, what, by.map(|run| run.script));
        let fact = by.map_or(EntryFact::Claimed, EntryFact::written_by);
        Some(finding.with([Evidence::on(divergence, fact)]))
    })
}

fn what<'a>(case: &Case<'a>, divergence: &'a Divergence) -> Option<What> {
    let is_time_alone = case.open_fields(divergence) == ["mtime"];
    if is_time_alone && is_unclamped(divergence, case.observations.epoch) {
        return Some(What::TimeNotClamped);
    }
    is_about_time(divergence).then_some(What::BuildTimeInContent)
}

/// Whether the time of one archive is later than the epoch.
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
    is_later(&divergence.left) || is_later(&divergence.right)
}
