//! What either way of comparing hands on.

use std::io;

use crate::compare::diff::differences::Differences;
use crate::compare::error::Error;
use crate::compare::side::{OfSide, Sides};
use crate::input::decode::{ContainerDigest, ContainerStats};
use crate::input::stream::StreamEnd;

/// The result before options take things out of it.
#[derive(Debug, Default)]
pub(crate) struct RawComparison {
    /// Decoded bytes of both sides.
    pub(crate) bytes: Sides<u64>,
    /// Offset of the first difference of the decoded streams; `None`: they are equal.
    pub(crate) first: Option<u64>,
    pub(crate) differences: Differences,
    /// What was seen of the containers, where there were any.
    pub(crate) containers: Sides<ContainerFacts>,
    /// Whether the containers' bytes are equal, where that was found by comparing them.
    pub(crate) containers_equal: Option<bool>,
    /// Errors that ended an input early.
    pub(crate) failures: Vec<OfSide<io::Error>>,
}

impl RawComparison {
    /// The first of the errors, taken out: those of reading explain those of the walk.
    pub(crate) fn take_error(&mut self, names: &Sides<String>) -> Option<Error> {
        let (failures, stops) = (&mut self.failures, &mut self.differences.stops);
        if !failures.is_empty() {
            let OfSide { side, value: error } = failures.swap_remove(0);
            return Some(Error::Read {
                side,
                input: names.of(side).clone(),
                entries: *self.differences.entries.of(side),
                error,
            });
        }
        let OfSide { side, value: stop } = (!stops.is_empty()).then(|| stops.swap_remove(0))?;
        Some(Error::of_stop(side, names.of(side).clone(), stop))
    }
}

/// What was seen of one compression.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ContainerFacts {
    pub(crate) stats: ContainerStats,
    pub(crate) digest: Option<ContainerDigest>,
}

impl ContainerFacts {
    pub(crate) fn of(end: &StreamEnd) -> Self {
        Self {
            stats: end.stats.clone(),
            digest: end.digest,
        }
    }
}
