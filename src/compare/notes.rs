//! What was capped or not looked at, with counts.

use crate::compare::comparison::Divergence;
use crate::compare::field_value::{FieldDetail, FieldValue};
use crate::compare::note::Note;
use crate::compare::options::{ContentPolicy, DIGESTED, Depth, Options};
use crate::compare::side::OfSide;
use crate::compare::stop::Stop;

/// Notes on the divergences that are reported, and on where reading the archives ended.
pub(crate) struct Notes<'options> {
    options: &'options Options,
    counts: Counts,
}

impl<'options> Notes<'options> {
    pub(crate) fn new(options: &'options Options) -> Self {
        Self {
            options,
            counts: Counts::default(),
        }
    }

    pub(crate) fn add(&mut self, divergence: &Divergence) {
        self.counts.add(divergence, self.options);
    }

    pub(crate) fn finish(self, stops: &[OfSide<Stop>]) -> Vec<Note> {
        let options = self.options;
        let verdict_only = (options.depth == Depth::Verdict).then_some(Note::VerdictOnly);
        let left = stops
            .iter()
            .map(|OfSide { side, value: stop }| Note::EntriesLeft {
                side: *side,
                after: stop.place.entries(),
            });
        verdict_only
            .into_iter()
            .chain(self.counts.notes(options))
            .chain(left)
            .collect()
    }
}

/// Divergent contents by what was not done with them.
#[derive(Debug, Default)]
struct Counts {
    contents: u64,
    without_digest: u64,
    too_large: u64,
    no_room: u64,
    cut: u64,
}

impl Counts {
    fn add(&mut self, divergence: &Divergence, options: &Options) {
        let Some(field) = divergence.fields.iter().find(|one| one.name == "content") else {
            return;
        };
        let is_undigested = |value: &Option<FieldValue>| match value {
            Some(FieldValue::Content(content)) => content.sha256.is_none(),
            _ => false,
        };
        let sides = [&divergence.left, &divergence.right];
        let is_large = sides
            .into_iter()
            .flatten()
            .any(|side| side.entry.stored > options.limits.content);
        let no_room = field.detail == Some(FieldDetail::NoRoom);
        let is_cut = matches!(
            field.detail,
            Some(FieldDetail::TextDifference { is_cut: true, .. })
        );
        self.contents += 1;
        self.without_digest += u64::from(is_undigested(&field.left) || is_undigested(&field.right));
        self.no_room += u64::from(no_room);
        self.too_large += u64::from(is_large && !no_room);
        self.cut += u64::from(is_cut);
    }

    fn notes(&self, options: &Options) -> Vec<Note> {
        let note = |contents: u64, note: fn(u64, u64) -> Note, limit| {
            (contents > 0).then(|| note(contents, limit))
        };
        let digest = note(
            self.without_digest,
            |contents, limit| Note::NoDigest { contents, limit },
            DIGESTED,
        );
        let shown = match options.content {
            ContentPolicy::Omit => vec![note(
                self.contents,
                |contents, _| Note::Omitted { contents },
                0,
            )],
            ContentPolicy::Explain => vec![
                note(
                    self.too_large,
                    |contents, limit| Note::TooLarge { contents, limit },
                    options.limits.content,
                ),
                note(self.no_room, |contents, _| Note::NoRoom { contents }, 0),
                note(self.cut, |contents, _| Note::Cut { contents }, 0),
            ],
        };
        digest
            .into_iter()
            .chain(shown.into_iter().flatten())
            .collect()
    }
}
