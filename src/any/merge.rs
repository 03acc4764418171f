//! Comparisons of parts become one comparison of the whole.
//!
//! What a part has found gets the part's name in front: `./usr/bin/x` of `data.tar` is
//! `data.tar/usr/bin/x`, and an aspect of `data.tar` is `within` it.

use crate::compare::archive_divergence::ArchiveDivergence;
use crate::compare::comparison::{Comparison, Content, Divergence, SideEntry};
use crate::compare::filter::Filter;
use crate::compare::note::Note;
use crate::compare::options::{Ignored, Options, within};
use crate::compare::report_order::report_order;

/// A comparison that parts are added to, and the room that is left for the next one.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) comparison: Comparison,
    options: Options,
}

impl Whole {
    /// Nothing is added yet.
    pub(crate) fn new(comparison: Comparison, options: &Options) -> Self {
        Self {
            comparison,
            options: Options {
                collect: None,
                ..options.clone()
            },
        }
    }

    /// The options for a part: patterns of paths know its name, and what was kept before is gone
    /// from the limits.
    pub(crate) fn options_of(&self, part: &[u8]) -> Options {
        Options {
            exclude: self.options.exclude.inside(part),
            ..self.options.clone()
        }
    }

    /// Adds what was found in a part; the whole itself has an empty name.
    pub(crate) fn add(&mut self, part: &[u8], found: Comparison) {
        let whole = &mut self.comparison;
        whole.left.entries += found.left.entries;
        whole.right.entries += found.right.entries;
        for mut divergence in found.divergences {
            let limits = &mut self.options.limits;
            limits.retain = limits.retain.saturating_sub(kept(&divergence));
            limits.details = limits.details.saturating_sub(shown(&divergence));
            divergence.path = within(part, &divergence.path);
            divergence.from = divergence.from.map(|from| within(part, &from));
            let looks_like = divergence.looks_like;
            divergence.looks_like = looks_like.map(|name| within(part, &name));
            whole.divergences.push(divergence);
        }
        let aspects = found.archive.into_iter();
        whole.archive.extend(aspects.map(|aspect| match part {
            [] => aspect,
            part => ArchiveDivergence::Within {
                part: part.to_vec(),
                aspect: Box::new(aspect),
            },
        }));
        count_ignored(whole, found.ignored);
        found
            .notes
            .iter()
            .for_each(|note| add_note(&mut whole.notes, *note));
        if whole.trouble.is_none() {
            whole.trouble = found.trouble;
        }
    }

    /// All of it, in the order of reports.
    pub(crate) fn finish(mut self) -> Comparison {
        self.comparison.divergences.sort_by(report_order);
        let order = |one: &ArchiveDivergence| (one.name(), one.part().to_vec());
        self.comparison.archive.sort_by_cached_key(order);
        self.comparison
    }
}

/// Adds aspects to what was found, those that the filter lets pass.
pub(crate) fn add_aspects(
    found: &mut Comparison,
    aspects: Vec<ArchiveDivergence>,
    options: &Options,
) {
    let (aspects, ignored) = Filter::new(options).archive(aspects);
    found.archive.extend(aspects);
    count_ignored(found, ignored);
}

fn count_ignored(found: &mut Comparison, ignored: Ignored) {
    for (rule, count) in ignored {
        *found.ignored.entry(rule).or_insert(0) += count;
    }
}

/// Bytes of content that a divergence keeps.
fn kept(divergence: &Divergence) -> u64 {
    let of =
        |side: &Option<Box<SideEntry>>| match side.as_ref().and_then(|one| one.content.as_ref()) {
            Some(Content::Whole(bytes) | Content::Window { bytes, .. }) => bytes.len() as u64,
            None => 0,
        };
    of(&divergence.left) + of(&divergence.right)
}

/// Bytes that a divergence shows.
fn shown(divergence: &Divergence) -> u64 {
    let details = divergence
        .fields
        .iter()
        .filter_map(|field| field.detail.as_ref());
    details.map(|detail| detail.to_string().len() as u64).sum()
}

/// Counts of one kind are added up, so that a report has one note of each.
fn add_note(notes: &mut Vec<Note>, note: Note) {
    let same = |one: &&mut Note| std::mem::discriminant(*one) == std::mem::discriminant(&note);
    match (notes.iter_mut().find(same), note) {
        (None, _) => notes.push(note),
        (
            Some(
                Note::NoDigest { contents, .. }
                | Note::Omitted { contents }
                | Note::TooLarge { contents, .. }
                | Note::NoRoom { contents }
                | Note::Cut { contents },
            ),
            Note::NoDigest { contents: more, .. }
            | Note::Omitted { contents: more }
            | Note::TooLarge { contents: more, .. }
            | Note::NoRoom { contents: more }
            | Note::Cut { contents: more },
        ) => *contents += more,
        (Some(other), note) if *other == note => {}
        (Some(_), note) => notes.push(note),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_one_kind_are_added_up() {
        let mut notes = vec![Note::Cut { contents: 1 }];
        for note in [
            Note::Cut { contents: 2 },
            Note::BothEmpty,
            Note::BothEmpty,
            Note::NoRoom { contents: 1 },
        ] {
            add_note(&mut notes, note);
        }
        let expected = [
            Note::Cut { contents: 3 },
            Note::BothEmpty,
            Note::NoRoom { contents: 1 },
        ];
        assert_eq!(notes, expected);
    }
}
