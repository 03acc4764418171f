//! The archive divergence `compression`: compression bytes that differ.

use crate::compare::archive_divergence::{ArchiveDivergence, CompressedData, CompressionFacts};
use crate::compare::raw_comparison::ContainerFacts;
use crate::compare::side::Sides;
use crate::input::compression::{Compression, HeaderField, describe_header};
use crate::input::section::Section;
use crate::input::source::Opened;
use crate::input::structure::joined::{Spans, agree};
use crate::input::structure::made_of::Structure;
use crate::input::structure::structure;

/// What two compressed inputs are.
#[derive(Debug)]
pub(crate) struct Compressions(Sides<Known>);

#[derive(Debug)]
struct Known {
    compression: Compression,
    fields: Vec<HeaderField>,
    /// The bytes, where they can be read again.
    again: Option<Section>,
}

impl Known {
    fn of(opened: &Opened) -> Self {
        Self {
            compression: opened.compression(),
            fields: describe_header(opened.compression(), opened.head()),
            again: opened.again().cloned(),
        }
    }

    /// What it is made of, if it can be followed.
    fn structure(&self, seen: &ContainerFacts) -> Option<Structure> {
        let again = self.again.as_ref()?;
        // What was read to its end a moment ago and cannot be read now is not described.
        structure(self.compression, again, seen.stats.trailing)
            .ok()
            .flatten()
    }

    /// Its compressed data.
    fn data<'known>(&'known self, made: Option<&'known Structure>) -> Option<Spans<'known>> {
        let spans = &made?.data;
        let reader = self.again.as_ref()?;
        Some(Spans { reader, spans })
    }

    /// The fields of the header, in which the structure knows more of some.
    fn facts(&self, structure: Option<&Structure>, seen: &ContainerFacts) -> CompressionFacts {
        let more = structure.map_or(&[][..], |structure| &structure.fields);
        let is_known_better = |field: &&HeaderField| more.iter().any(|one| one.name == field.name);
        let header = self.fields.iter().filter(|field| !is_known_better(field));
        CompressionFacts {
            compression: self.compression,
            header: header.chain(more).cloned().collect(),
            stats: seen.stats.clone(),
        }
    }
}

impl Compressions {
    pub(crate) fn new(left: &Opened, right: &Opened) -> Self {
        Self(Sides {
            left: Known::of(left),
            right: Known::of(right),
        })
    }

    /// The divergence, where compression bytes differ. `equal` is known where files were compared;
    /// streams are told by their digests, and one that failed before its end tells nothing.
    pub(crate) fn divergence(
        &self,
        facts: &Sides<ContainerFacts>,
        equal: Option<bool>,
    ) -> Option<ArchiveDivergence> {
        let (left, right) = (&self.0.left, &self.0.right);
        let is_plain = |known: &Known| known.compression == Compression::Plain;
        let digests = (facts.left.digest, facts.right.digest);
        let differs = match equal {
            Some(equal) => !equal,
            None if is_plain(left) && is_plain(right) => false,
            None if left.compression != right.compression => true,
            None => matches!(digests, (Some(l), Some(r)) if l != r),
        };
        differs.then(|| self.described(facts))
    }

    fn described(&self, facts: &Sides<ContainerFacts>) -> ArchiveDivergence {
        let (left, right) = (&self.0.left, &self.0.right);
        let made = (left.structure(&facts.left), right.structure(&facts.right));
        // What is known of one side only is no difference.
        let (old, new) = match made {
            (Some(old), Some(new)) => (Some(old), Some(new)),
            _ => (None, None),
        };
        let data = match (left.data(old.as_ref()), right.data(new.as_ref())) {
            (Some(left), Some(right)) => agreement(left, right),
            _ => CompressedData::Unknown,
        };
        ArchiveDivergence::Compression {
            facts: Sides {
                left: left.facts(old.as_ref(), &facts.left),
                right: right.facts(new.as_ref(), &facts.right),
            },
            data,
        }
    }
}

fn agreement(left: Spans<'_>, right: Spans<'_>) -> CompressedData {
    match agree(left, right) {
        Ok(true) => CompressedData::Equal,
        Ok(false) => CompressedData::Differ,
        Err(_) => CompressedData::Unknown,
    }
}
