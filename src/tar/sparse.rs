//! Sparse maps: which spans of a file are stored, the rest being zero.
//!
//! Four dialects: the old GNU header (`S`), and pax 0.0, 0.1 and 1.0. The stored
//! content stays as it is; the map tells where its bytes belong.

use serde::{Deserialize, Serialize};

use crate::tar::block::{Block, regions};
use crate::tar::number::Number;
use crate::tar::pax::PaxRecord;
use crate::tar::raw_entry::RawEntry;

/// Most spans that are decoded; a map is bounded by the extension limit anyway.
const MAX_SPANS: usize = 1 << 20;

/// Where the stored bytes of a sparse file belong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SparseMap {
    /// `old GNU`, `0.0`, `0.1` or `1.0`, as the records say.
    pub dialect: String,
    /// The stored spans, in order.
    pub spans: Vec<SparseSpan>,
    /// Size of the expanded file in bytes.
    pub real_size: u64,
    /// Bytes at the start of the stored content that hold the map itself (1.0 only).
    pub map_bytes: u64,
}

/// A stored span, in bytes of the expanded file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SparseSpan {
    /// Where it starts.
    pub offset: u64,
    /// How long it is.
    pub length: u64,
}

/// Why a sparse map does not decode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum SparseError {
    /// A number of the map is missing or is no number.
    #[error("sparse map has a malformed number")]
    Number,
    /// Spans go backwards, or beyond what a file can be.
    #[error("sparse map has spans out of order")]
    Order,
    /// More spans than are looked at.
    #[error("sparse map has too many spans")]
    TooMany,
}

impl SparseMap {
    /// Decodes the map of a group, where it has one.
    ///
    /// `records` are the entry's own pax records; `content` the first bytes of its stored
    /// content (format 1.0 keeps its map there: decimal numbers, a newline after each,
    /// padded to a block).
    /// Source: GNU tar manual, "Storing Sparse Files"; `tar.h`, `struct sparse`.
    ///
    /// # Errors
    /// The map is there but does not decode.
    pub fn from_group(
        group: &RawEntry,
        records: &[PaxRecord<'_>],
        content: &[u8],
    ) -> Result<Option<Self>, SparseError> {
        if group.block.typeflag() == b'S' {
            return old_gnu(&group.block, &group.sparse_blocks).map(Some);
        }
        let last = |key: &[u8]| {
            records
                .iter()
                .rev()
                .find(|record| record.key == key)
                .map(|record| record.value)
        };
        let number = |value: &[u8]| {
            Number::from_decimal(value)
                .as_size()
                .ok_or(SparseError::Number)
        };
        let major = last(b"GNU.sparse.major");
        let spans_start;
        let mut map_bytes = 0;
        let (dialect, spans) = if major == Some(b"1") && last(b"GNU.sparse.minor") == Some(b"0") {
            let map = map_in_content(content)?;
            map_bytes = map.bytes;
            ("1.0", map.spans)
        } else if let Some(map) = last(b"GNU.sparse.map") {
            spans_start = map;
            let numbers = spans_start
                .split(|&byte| byte == b',')
                .filter(|part| !part.is_empty());
            (
                "0.1",
                pairs(numbers.map(number).collect::<Result<Vec<_>, _>>()?)?,
            )
        } else if records
            .iter()
            .any(|record| record.key.starts_with(b"GNU.sparse."))
        {
            let numbers = records
                .iter()
                .filter(|record| {
                    matches!(record.key, b"GNU.sparse.offset" | b"GNU.sparse.numbytes")
                })
                .map(|record| number(record.value));
            ("0.0", pairs(numbers.collect::<Result<Vec<_>, _>>()?)?)
        } else {
            return Ok(None);
        };
        let size = last(b"GNU.sparse.realsize").or_else(|| last(b"GNU.sparse.size"));
        let real_size = size.map_or(Ok(group.size), number)?;
        checked(Self {
            dialect: dialect.to_owned(),
            spans,
            real_size,
            map_bytes,
        })
        .map(Some)
    }
}

struct MapInContent {
    spans: Vec<SparseSpan>,
    /// Bytes that the map takes, whole blocks.
    bytes: u64,
}

fn checked(map: SparseMap) -> Result<SparseMap, SparseError> {
    let mut end = 0_u64;
    for &SparseSpan { offset, length } in &map.spans {
        if offset < end {
            return Err(SparseError::Order);
        }
        end = offset.checked_add(length).ok_or(SparseError::Order)?;
    }
    Ok(map)
}

fn pairs(numbers: Vec<u64>) -> Result<Vec<SparseSpan>, SparseError> {
    let (chunks, rest) = numbers.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(SparseError::Number);
    }
    Ok(chunks
        .iter()
        .map(|&[offset, length]| SparseSpan { offset, length })
        .collect())
}

/// The map that a content of format 1.0 starts with.
fn map_in_content(content: &[u8]) -> Result<MapInContent, SparseError> {
    let mut rest = content;
    let mut next = || {
        let end = rest
            .iter()
            .take(24)
            .position(|&byte| byte == b'\n')
            .ok_or(SparseError::Number)?;
        let value = Number::from_decimal(rest.get(..end).unwrap_or_default())
            .as_size()
            .ok_or(SparseError::Number)?;
        rest = rest.get(end + 1..).unwrap_or_default();
        Ok::<_, SparseError>(value)
    };
    let count = usize::try_from(next()?)
        .ok()
        .filter(|count| *count <= MAX_SPANS)
        .ok_or(SparseError::TooMany)?;
    let mut spans = Vec::new();
    for _ in 0..count {
        spans.push(SparseSpan {
            offset: next()?,
            length: next()?,
        });
    }
    let used = (content.len() - rest.len()) as u64;
    Ok(MapInContent {
        spans,
        bytes: used.next_multiple_of(512),
    })
}

/// Spans of 24 bytes: offset and length, 12 bytes each; an empty offset ends the list.
fn old_gnu(block: &Block, blocks: &[u8]) -> Result<SparseMap, SparseError> {
    let mut spans = Vec::new();
    let in_blocks = blocks
        .chunks(512)
        .flat_map(|block| block.get(..504).unwrap_or_default().chunks_exact(24));
    for span in block
        .bytes(regions::GNU_SPARSE)
        .chunks_exact(24)
        .chain(in_blocks)
    {
        let (offset, length) = span.split_at(12);
        if offset.first() == Some(&0) && length.first() == Some(&0) {
            continue;
        }
        let size = |field: &[u8]| {
            Number::from_field(field)
                .as_size()
                .ok_or(SparseError::Number)
        };
        spans.push(SparseSpan {
            offset: size(offset)?,
            length: size(length)?,
        });
    }
    let real_size = block
        .number(regions::GNU_REALSIZE)
        .as_size()
        .ok_or(SparseError::Number)?;
    checked(SparseMap {
        dialect: "old GNU".to_owned(),
        spans,
        real_size,
        map_bytes: 0,
    })
}
