//! What a compression is made of, as the formats tell it.

use std::ops::Range;

use crate::input::compression::HeaderField;

/// Parts beyond which a compression is not described: 34 GB of zstd's largest blocks.
pub(super) const PARTS: usize = 1 << 18;

/// What a compression is made of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Structure {
    /// Facts by name, in the order of a report.
    pub(crate) fields: Vec<HeaderField>,
    /// Where the compressed data are, in order.
    pub(crate) data: Vec<Range<u64>>,
}
