//! Why an archive cannot be walked, and the bounds that are part of it.

use crate::tar::number::Number;
use crate::tar::pax::PaxError;

/// Bounds against crafted archives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TarLimits {
    /// Most bytes in one extended header or long name. GNU tar writes a few hundred.
    pub header_bytes: u64,
    /// Most extended headers before one entry. GNU tar emits at most three.
    pub headers: usize,
    /// Most bytes that all states of the global values may take together; each header makes one.
    pub global_bytes: u64,
}

impl Default for TarLimits {
    fn default() -> Self {
        Self {
            header_bytes: 1 << 20,
            headers: 16,
            global_bytes: 16 << 20,
        }
    }
}

/// Why an archive cannot be walked further. Offsets count from the archive's start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TarError {
    /// The first block is no header.
    #[error("not a tar archive: checksum of the header at byte {0} does not match")]
    NotTar(u64),
    /// A header's checksum is neither the unsigned nor the signed sum.
    #[error("header at byte {offset}: checksum is {stored}, the block sums to {computed:o}")]
    Checksum {
        /// Where the header starts.
        offset: u64,
        /// What the field says, quoted.
        stored: String,
        /// The unsigned sum.
        computed: i64,
    },
    /// The size is no number, negative, or beyond what an archive can hold.
    #[error("header at byte {offset}: size is {size}")]
    Size {
        /// Where the header starts.
        offset: u64,
        /// What it says.
        size: Number,
    },
    /// An extended header above the limit.
    #[error("extended header at byte {offset}: {size} bytes are more than the limit of {limit}")]
    HeaderLimit {
        /// Where the header starts.
        offset: u64,
        /// What it claims.
        size: u64,
        /// The limit that holds.
        limit: u64,
    },
    /// More extended headers before one entry than the limit.
    #[error("header at byte {0}: too many extended headers before one entry")]
    TooManyHeaders(u64),
    /// Global headers hold more bytes than the limit.
    #[error("global header at byte {0}: global values take too much memory")]
    TooManyGlobals(u64),
    /// Extended header data that is no list of records.
    #[error("extended header at byte {offset}: {source}")]
    Pax {
        /// Where the header starts.
        offset: u64,
        /// What is wrong in its data.
        source: PaxError,
    },
    /// The archive ends after an extended header.
    #[error("extended header at byte {0}: no entry follows")]
    Dangling(u64),
    /// The archive ends inside a header, extended header or content.
    #[error("archive ends at byte {at}, inside {inside} that starts at byte {start}")]
    Truncated {
        /// Length of the archive.
        at: u64,
        /// What is cut.
        inside: &'static str,
        /// Where that starts.
        start: u64,
    },
}
