//! Takes out what options ignore or exclude, and counts it.

use crate::compare::archive_divergence::{ArchiveDivergence, UnexplainedBytes};
use crate::compare::comparison::{Divergence, DivergenceKind};
use crate::compare::options::{Ignored, Options};

/// A difference that is not looked into, because only the verdict was asked for.
pub(crate) fn unnamed(first: u64) -> ArchiveDivergence {
    ArchiveDivergence::UnexplainedBytes(UnexplainedBytes::NotLookedAt { first })
}

/// Takes out what options ignore.
pub(crate) fn apply(
    divergences: Vec<Divergence>,
    archive: Vec<ArchiveDivergence>,
    options: &Options,
) -> (Vec<Divergence>, Vec<ArchiveDivergence>, Ignored) {
    let mut ignored = Ignored::new();
    let mut count = |rule: String| *ignored.entry(rule).or_insert(0) += 1;
    let mut kept = Vec::new();
    for divergence in divergences {
        kept.extend(filtered(divergence, options, &mut count));
    }
    let orders = kept.iter().any(|one| one.kind == DivergenceKind::Reordered);
    let mut archive_kept = Vec::new();
    for one in archive {
        match options.ignores(one.name()) {
            Some(rule) => count(rule.to_owned()),
            None if matches!(one, ArchiveDivergence::EntryOrder { .. }) && !orders => {}
            None => archive_kept.push(one),
        }
    }
    (kept, archive_kept, ignored)
}

fn filtered(
    mut divergence: Divergence,
    options: &Options,
    count: &mut dyn FnMut(String),
) -> Option<Divergence> {
    let excluded = options.exclude.matching(&divergence.path);
    let from = divergence
        .from
        .as_deref()
        .map(|from| options.exclude.matching(from));
    match (excluded, from) {
        (Some(rule), None | Some(Some(_))) => {
            count(format!("exclude {rule}"));
            return None;
        }
        // One half of a move is excluded: the other stands alone.
        (Some(rule), Some(None)) => {
            count(format!("exclude {rule}"));
            divergence.path = divergence.from.take().unwrap_or_default();
            divergence.kind = DivergenceKind::LeftOnly;
            divergence.right = None;
        }
        (None, Some(Some(rule))) => {
            count(format!("exclude {rule}"));
            divergence.from = None;
            divergence.kind = DivergenceKind::RightOnly;
            divergence.left = None;
        }
        (None, None | Some(None)) => {}
    }
    if divergence.kind == DivergenceKind::Reordered && options.ignores("entry-order").is_some() {
        return None;
    }
    if divergence.kind != DivergenceKind::Changed {
        return Some(divergence);
    }
    divergence
        .fields
        .retain(|field| match options.ignores(&field.name) {
            Some(rule) => {
                count(rule.to_owned());
                false
            }
            None => true,
        });
    (!divergence.fields.is_empty()).then_some(divergence)
}
