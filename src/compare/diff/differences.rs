//! Everything that differs between two archives, before options take things out of it.

use crate::compare::archive_divergence::ArchiveDivergence;
use crate::compare::collect::Collector;
use crate::compare::pairing::key::Key;
use crate::compare::report_order::InOrder;
use crate::compare::side::{OfSide, Sides};
use crate::compare::spill::sorted_records::SortedRecords;
use crate::compare::stop::Stop;

/// What differs, and how far the archives could be read.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    pub(crate) divergences: SortedRecords<InOrder>,
    pub(crate) archive: Vec<ArchiveDivergence>,
    /// Names of entries that those which stand elsewhere passed, if they are asked for.
    pub(crate) passed: Vec<Key>,
    pub(crate) entries: Sides<u64>,
    pub(crate) stops: Vec<OfSide<Stop>>,
    pub(crate) collected: Sides<Collector>,
}

impl Differences {
    /// Two archives without a difference, of which the left one was walked.
    pub(crate) fn none(entries: u64, stop: Option<Stop>, collector: Collector) -> Self {
        Self {
            entries: Sides {
                left: entries,
                right: entries,
            },
            stops: stop.map(OfSide::left).into_iter().collect(),
            collected: Sides {
                left: collector.clone(),
                right: collector,
            },
            ..Self::default()
        }
    }
}
