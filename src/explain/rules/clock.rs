//! The time of the build got in: as a time that was not clamped, or into a content.

use crate::compare::comparison::{Divergence, SideEntry};
use crate::explain::case::{Case, bare, has_only, is_about_time};
use crate::explain::evidence_text;
use crate::explain::rules::{Finding, Needs, Rule};
use crate::tar::time::Timestamp;
use crate::text::quote;

pub(crate) const RULE: Rule = Rule {
    id: "clock",
    about: "a time later than SOURCE_DATE_EPOCH, or a content that differs in times only",
    needs: Needs::Nothing,
    find,
};

fn find(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, divergence) in case.free() {
        let what = if is_unclamped(divergence, case.evidence.epoch) {
            "a time was not clamped to SOURCE_DATE_EPOCH"
        } else if has_only(divergence, &["content", "mtime", "size"]) && is_about_time(divergence) {
            "the time of the build got into a file"
        } else {
            continue;
        };
        let by = case.last_chrootless(&divergence.path);
        let script = by.map(|(script, _)| script);
        let mut finding = Finding::of(case, &RULE, script, what, vec![at]);
        let path = quote(bare(&divergence.path));
        finding.evidence.push(match by {
            Some((_, process)) => format!("{path}: by {}", evidence_text::command(process)),
            None => path,
        });
        finding.hint = Some("take the time from SOURCE_DATE_EPOCH where it is set");
        findings.push(finding);
    }
    findings
}

/// Whether nothing but the time differs, and one side's is later than the epoch.
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
