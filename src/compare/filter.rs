//! Takes out what options ignore or exclude, and counts it.

use crate::compare::archive_divergence::{ArchiveDivergence, UnexplainedBytes};
use crate::compare::comparison::{Divergence, DivergenceKind};
use crate::compare::options::{Ignored, Options};

/// A difference that is not looked into, because only the verdict was asked for.
pub(crate) fn unnamed(first: u64) -> ArchiveDivergence {
    ArchiveDivergence::UnexplainedBytes(UnexplainedBytes::NotLookedAt { first })
}

/// Takes out what options ignore.
pub(crate) struct Filter<'options> {
    options: &'options Options,
    /// What was taken out so far.
    ignored: Ignored,
    /// Whether an entry that stands elsewhere was kept.
    is_reordered: bool,
}

impl<'options> Filter<'options> {
    pub(crate) fn new(options: &'options Options) -> Self {
        Self {
            options,
            ignored: Ignored::new(),
            is_reordered: false,
        }
    }

    /// What is left of a divergence.
    pub(crate) fn divergence(&mut self, divergence: Divergence) -> Option<Divergence> {
        let ignored = &mut self.ignored;
        let mut count = |rule: String| *ignored.entry(rule).or_insert(0) += 1;
        let kept = filtered(divergence, self.options, &mut count)?;
        self.is_reordered |= kept.kind == DivergenceKind::Reordered;
        Some(kept)
    }

    /// What is left of the aspects of the archives, given that all divergences were filtered.
    /// Gives what was taken out, too.
    pub(crate) fn archive(
        mut self,
        archive: Vec<ArchiveDivergence>,
    ) -> (Vec<ArchiveDivergence>, Ignored) {
        let mut kept = Vec::new();
        for one in archive {
            match self.options.ignores(one.name()) {
                Some(rule) => *self.ignored.entry(rule.to_owned()).or_insert(0) += 1,
                None if matches!(one, ArchiveDivergence::EntryOrder { .. })
                    && !self.is_reordered => {}
                None => kept.push(one),
            }
        }
        (kept, self.ignored)
    }
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
