//! Everything that differs between two archives, before options take things out of it.

use crate::compare::collect::Collector;
use crate::compare::comparison::{ArchiveDivergence, Divergence};
use crate::compare::pairing::index::Stop;
use crate::compare::side::Side;

/// What differs, and how far the archives could be read.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    pub(crate) divergences: Vec<Divergence>,
    pub(crate) archive: Vec<ArchiveDivergence>,
    pub(crate) entries: (u64, u64),
    pub(crate) stops: Vec<(Side, Stop)>,
    pub(crate) collected: (Collector, Collector),
}
