//! What differs of two archives as such, apart from their entries.

use std::ops::Range;

use crate::compare::field_value::ContentSummary;
use crate::compare::side::Sides;
use crate::input::compression::{Compression, HeaderField};
use crate::input::decode::ContainerStats;

/// One aspect of the archives that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveDivergence {
    /// The compression, or its bytes.
    Compression {
        /// What is known of each.
        facts: Sides<CompressionFacts>,
        /// Whether the compressed data themselves differ.
        data: CompressedData,
    },
    /// Entries stand in another order.
    EntryOrder {
        /// The fewest entries that have to move.
        moved: u64,
        /// The order of the names of each side, from the first entry that differs on.
        sorting: Sides<Option<Sorting>>,
    },
    /// A global extended header, or where it stands.
    GlobalHeader(Sides<Option<GlobalHeader>>),
    /// The number of zero blocks at the end.
    TrailingBlocks(Sides<TrailingZeros>),
    /// What follows the end and is not zero.
    TrailingData(Sides<TrailingData>),
    /// Bytes that nothing else claims.
    UnexplainedBytes(UnexplainedBytes),
    /// An aspect of an archive that is part of both inputs.
    Within {
        /// The part's name, for example `data.tar`.
        part: Vec<u8>,
        /// What differs of it.
        aspect: Box<ArchiveDivergence>,
    },
}

impl ArchiveDivergence {
    /// Name of the contract.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Compression { .. } => "compression",
            Self::EntryOrder { .. } => "entry-order",
            Self::GlobalHeader(_) => "global-header",
            Self::TrailingBlocks(_) => "trailing-blocks",
            Self::TrailingData(_) => "trailing-data",
            Self::UnexplainedBytes(_) => "unexplained-bytes",
            Self::Within { aspect, .. } => aspect.name(),
        }
    }

    /// The name of the part that it is of; empty for the inputs themselves.
    #[must_use]
    pub fn part(&self) -> &[u8] {
        match self {
            Self::Within { part, .. } => part,
            _ => &[],
        }
    }
}

/// An order of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sorting {
    /// By the bytes of the names in each directory, which stands before what it holds: the order of
    /// `tar --sort=name`.
    ByName,
    /// By the bytes of the whole paths: the order of `LC_ALL=C sort`.
    ByWholePath,
}

/// Whether compressed data differ, apart from headers, sizes and checksums around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompressedData {
    /// They are the same bytes.
    Equal,
    /// They are not.
    Differ,
    /// They were not compared, because an input cannot be read again or followed to its end.
    Unknown,
}

/// A compression as such.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompressionFacts {
    /// Which one.
    pub compression: Compression,
    /// What its headers and its structure say.
    pub header: Vec<HeaderField>,
    /// What was seen of it.
    pub stats: ContainerStats,
}

/// A global extended header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobalHeader {
    /// Where it starts.
    pub offset: u64,
    /// Its records; none if they cannot be read.
    pub records: Vec<GlobalRecord>,
}

/// One record of a global extended header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobalRecord {
    /// Its keyword.
    pub key: Vec<u8>,
    /// Its value.
    pub value: Vec<u8>,
}

/// The zeros after the last entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrailingZeros {
    /// Where they start.
    pub start: u64,
    /// How many bytes.
    pub bytes: u64,
}

/// What follows the zeros at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailingData {
    /// What it is, in short; `None` if there is nothing.
    pub content: Option<ContentSummary>,
    /// Offset in the archive of the first byte that differs, or where the shorter side ends.
    pub first: u64,
}

/// Bytes that differ although no field of an entry and no other aspect claims them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnexplainedBytes {
    /// In an entry.
    InEntry {
        /// Its name on the left.
        path: Vec<u8>,
        /// Where it is.
        spans: Sides<Range<u64>>,
    },
    /// A zero block stands before an entry on one side only.
    ZeroBlock {
        /// The entry's name on the left.
        path: Vec<u8>,
        /// Where it is.
        spans: Sides<Range<u64>>,
    },
    /// Somewhere in the archives.
    InArchive {
        /// Lengths of the archives.
        lengths: Sides<u64>,
        /// Offset of the first difference.
        first: u64,
    },
    /// Only the verdict was asked for.
    NotLookedAt {
        /// Offset of the first difference.
        first: u64,
    },
}
