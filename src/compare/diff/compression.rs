//! The archive divergence `compression`: compression bytes that differ.

use crate::compare::archive_divergence::{ArchiveDivergence, CompressionFacts};
use crate::compare::raw_comparison::ContainerFacts;
use crate::compare::side::Sides;
use crate::input::compression::{Compression, HeaderField, describe_header};
use crate::input::source::Opened;

/// What the heads of two containers say.
#[derive(Debug)]
pub(crate) struct Compressions(Sides<Head>);

#[derive(Debug)]
struct Head {
    compression: Compression,
    fields: Vec<HeaderField>,
}

impl Compressions {
    pub(crate) fn new(left: &Opened, right: &Opened) -> Self {
        let of = |opened: &Opened| Head {
            compression: opened.compression(),
            fields: describe_header(opened.compression(), opened.head()),
        };
        Self(Sides {
            left: of(left),
            right: of(right),
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
        let is_plain = |head: &Head| head.compression == Compression::Plain;
        let digests = (facts.left.digest, facts.right.digest);
        let differs = match equal {
            Some(equal) => !equal,
            None if is_plain(left) && is_plain(right) => false,
            None if left.compression != right.compression => true,
            None => matches!(digests, (Some(l), Some(r)) if l != r),
        };
        let container = |head: &Head, facts: &ContainerFacts| CompressionFacts {
            compression: head.compression,
            header: head.fields.clone(),
            stats: facts.stats.clone(),
        };
        differs.then(|| {
            ArchiveDivergence::Compression(Sides {
                left: container(left, &facts.left),
                right: container(right, &facts.right),
            })
        })
    }
}
