//! What either way of comparing hands on.

use std::io;

use crate::compare::diff::differences::Differences;
use crate::compare::side::Side;
use crate::input::decode::ContainerStats;
use crate::input::stream::Side as Stream;

/// The result before options take things out of it.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Decoded bytes of both sides.
    pub(crate) bytes: (u64, u64),
    /// Offset of the first difference of the decoded streams; `None`: they are equal.
    pub(crate) first: Option<u64>,
    pub(crate) explained: Differences,
    /// What was seen of the containers, where there were any.
    pub(crate) containers: (ContainerFacts, ContainerFacts),
    /// Errors that ended an input early.
    pub(crate) failures: Vec<(Side, io::Error)>,
}

/// What was seen of one compression.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ContainerFacts {
    pub(crate) stats: ContainerStats,
    pub(crate) digest: Option<([u8; 32], u64)>,
}

impl ContainerFacts {
    pub(crate) fn of(stream: &Stream) -> Self {
        Self {
            stats: stream.stats.clone(),
            digest: stream.compression,
        }
    }
}
