//! A group: one entry's blocks, without its content.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::tar::block::{Block, regions};
use crate::tar::pax::records;

/// Values that global extended headers have set so far, by pax keyword.
pub type Globals = Arc<BTreeMap<Vec<u8>, Vec<u8>>>;

/// What an extended header is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtKind {
    /// pax `x` (or Solaris `X`): records for the next entry.
    Pax,
    /// pax `g`: records for all entries that follow.
    Global,
    /// GNU `L`: the next entry's name.
    LongName,
    /// GNU `K`: the next entry's link target.
    LongLink,
}

/// One extended header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ext {
    /// What it is for.
    pub kind: ExtKind,
    /// Where its header block starts.
    pub offset: u64,
    /// Its header block.
    pub block: Block,
    /// Its data with the padding to the next block.
    pub padded: Vec<u8>,
    /// Bytes of `padded` that are data.
    pub len: usize,
}

impl Ext {
    /// The data without padding.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        self.padded.get(..self.len).unwrap_or_default()
    }
}

/// One entry's blocks, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEntry {
    /// First byte: a lone zero block, an extended header, or the header.
    pub start: u64,
    /// Whether a lone zero block stands before it.
    pub gap: bool,
    /// Extended headers in order.
    pub ext: Vec<Ext>,
    /// Where the header block starts.
    pub header: u64,
    /// The header block.
    pub block: Block,
    /// Old GNU sparse blocks after the header.
    pub sparse_blocks: Vec<u8>,
    /// Where the content starts.
    pub content: u64,
    /// Stored bytes of content.
    pub size: u64,
    /// One beyond the padding.
    pub end: u64,
    /// Name as spelled, from the strongest source (GNU.sparse.name, pax path, long name, header).
    pub path: Vec<u8>,
    /// Global values in force.
    pub globals: Globals,
}

/// The value of a key in an entry's own pax records; the last one counts.
pub(crate) fn last_value<'ext>(chain: &'ext [Ext], key: &[u8]) -> Option<&'ext [u8]> {
    let mut locals = chain.iter().rev().filter(|ext| ext.kind == ExtKind::Pax);
    locals.find_map(|ext| {
        let list = records(ext.data()).unwrap_or_default();
        list.iter()
            .rev()
            .find(|record| record.key == key)
            .map(|record| record.value)
    })
}

/// An entry's name from the strongest source: GNU.sparse.name, pax path, long name, header.
pub(crate) fn spelled_path(chain: &[Ext], block: &Block) -> Vec<u8> {
    for key in [&b"GNU.sparse.name"[..], b"path"] {
        if let Some(value) = last_value(chain, key).filter(|value| !value.is_empty()) {
            return value.to_vec();
        }
    }
    if let Some(ext) = chain.iter().rev().find(|ext| ext.kind == ExtKind::LongName) {
        return until_nul(ext.data()).to_vec();
    }
    let name = block.text(regions::NAME);
    let prefix = block.text(regions::PREFIX);
    if block.is_ustar() && !block.is_gnu() && !prefix.is_empty() {
        return [prefix, b"/", name].concat();
    }
    name.to_vec()
}

/// Bytes before the first NUL.
pub(crate) fn until_nul(data: &[u8]) -> &[u8] {
    data.split(|&byte| byte == 0).next().unwrap_or_default()
}
