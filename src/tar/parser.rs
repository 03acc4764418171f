//! The walk over an archive: from blocks to groups.
//!
//! A group is one entry with everything before it that belongs to it: a lone zero
//! block, global and local extended headers, GNU long names, the header itself, old
//! sparse blocks. The parser reads nothing: [`Parser::need`] says which bytes come
//! next, so that files (which seek) and streams (which cannot) share it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::tar::block::{BLOCK, Block, padding_len, regions};
use crate::tar::error::{TarError, TarLimits};
use crate::tar::number::Number;
use crate::tar::pax::records;
use crate::tar::raw_entry::{Ext, ExtKind, Globals, RawEntry, last_value, spelled_path};

/// What the parser must be given next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// 512 bytes; or [`Parser::finish`] where the archive ends here.
    Block,
    /// This many bytes of extended header data.
    Bytes(usize),
    /// [`Parser::skipped`] after passing over this many bytes.
    Skip(u64),
    /// Nothing: the entries ended.
    Nothing,
}

#[derive(Debug, Clone)]
enum ParserState {
    Header,
    ExtData(Block, ExtKind, u64),
    SparseBlock(Block),
    /// A link, directory or device that claims content: readers disagree whether it is there.
    Undecided(Box<RawEntry>),
    Content,
    Ended,
}

/// The state of a walk.
#[derive(Debug, Clone)]
pub struct Parser {
    offset: u64,
    state: ParserState,
    limits: TarLimits,
    globals: Globals,
    global_bytes: u64,
    zero_at: Option<u64>,
    start: u64,
    ext: Vec<Ext>,
    sparse_blocks: Vec<u8>,
    header: u64,
    end: u64,
    size: u64,
}

impl Parser {
    /// A walk that begins at `offset` with these global values in force.
    #[must_use]
    pub fn new(offset: u64, globals: Globals, limits: TarLimits) -> Self {
        Self {
            offset,
            state: ParserState::Header,
            limits,
            globals,
            global_bytes: 0,
            zero_at: None,
            start: offset,
            ext: Vec::new(),
            sparse_blocks: Vec::new(),
            header: offset,
            end: offset,
            size: 0,
        }
    }

    /// Where the group in hand starts; after the end, where the entries ended.
    #[must_use]
    pub fn group_start(&self) -> u64 {
        self.start
    }

    /// Global values in force now.
    #[must_use]
    pub fn globals(&self) -> &Globals {
        &self.globals
    }

    /// Extended headers read since the last entry.
    #[must_use]
    pub fn pending(&self) -> &[Ext] {
        &self.ext
    }

    /// Offset of the next byte needed.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// What must be given next.
    #[must_use]
    pub fn need(&self) -> Need {
        match &self.state {
            ParserState::Header | ParserState::SparseBlock(_) | ParserState::Undecided(_) => {
                Need::Block
            }
            ParserState::ExtData(_, _, size) => {
                Need::Bytes(usize::try_from(size + padding_len(*size)).unwrap_or(usize::MAX))
            }
            ParserState::Content => Need::Skip(self.end - self.offset),
            ParserState::Ended => Need::Nothing,
        }
    }

    /// Takes the bytes that [`Parser::need`] asked for; gives a group when it is complete.
    ///
    /// # Errors
    /// The archive is malformed here; the walk cannot go on.
    pub fn supply(&mut self, data: &[u8]) -> Result<Option<RawEntry>, TarError> {
        match std::mem::replace(&mut self.state, ParserState::Ended) {
            ParserState::Header => self.block(data),
            ParserState::ExtData(block, kind, size) => {
                self.ext_data(data, block, kind, size).map(|()| None)
            }
            ParserState::SparseBlock(block) => {
                self.sparse_blocks.extend_from_slice(data);
                self.advance(BLOCK as u64)?;
                let more = data.get(504).is_some_and(|byte| *byte != 0);
                if more {
                    self.more_sparse(block).map(|()| None)
                } else {
                    self.complete(block)
                }
            }
            ParserState::Undecided(group) => self.decide(*group, data),
            ParserState::Content | ParserState::Ended => Ok(None),
        }
    }

    /// Says that the bytes of [`Need::Skip`] were passed over.
    pub fn skipped(&mut self) {
        self.offset = self.end;
        self.start = self.end;
        self.state = ParserState::Header;
    }

    /// Says that the archive ended where a block was needed; gives the last group if one was open.
    ///
    /// # Errors
    /// The end is inside something.
    pub fn finish(&mut self) -> Result<Option<RawEntry>, TarError> {
        match std::mem::replace(&mut self.state, ParserState::Ended) {
            ParserState::Header => self.end_of_entries().map(|()| None),
            ParserState::Undecided(mut group) => {
                group.size = 0;
                group.end = self.offset;
                self.start = self.offset;
                Ok(Some(*group))
            }
            ParserState::SparseBlock(_) => {
                Err(self.truncated(self.offset, "a sparse map", self.header))
            }
            ParserState::ExtData(..) => {
                Err(self.truncated(self.offset, "an extended header", self.header))
            }
            ParserState::Content => Err(self.truncated(self.offset, "content", self.offset)),
            ParserState::Ended => Ok(None),
        }
    }

    /// The error for an archive that ends at `at`, inside what was needed.
    #[must_use]
    pub fn cut(&self, at: u64) -> TarError {
        match &self.state {
            ParserState::ExtData(..) => self.truncated(at, "an extended header", self.header),
            ParserState::SparseBlock(_) => self.truncated(at, "a sparse map", self.header),
            ParserState::Content => self.truncated(at, "content", self.offset),
            ParserState::Header | ParserState::Undecided(_) | ParserState::Ended => {
                self.truncated(at, "a header", self.offset)
            }
        }
    }

    fn truncated(&self, at: u64, inside: &'static str, start: u64) -> TarError {
        TarError::Truncated { at, inside, start }
    }

    fn advance(&mut self, bytes: u64) -> Result<(), TarError> {
        self.offset = self.offset.checked_add(bytes).ok_or(TarError::Size {
            offset: self.header,
            size: Number::Value(i128::from(bytes)),
        })?;
        Ok(())
    }

    fn end_of_entries(&mut self) -> Result<(), TarError> {
        if let Some(ext) = self.ext.iter().find(|ext| ext.kind != ExtKind::Global) {
            return Err(TarError::Dangling(ext.offset));
        }
        self.start = self.zero_at.unwrap_or(self.offset);
        self.state = ParserState::Ended;
        Ok(())
    }

    fn block(&mut self, data: &[u8]) -> Result<Option<RawEntry>, TarError> {
        let Some(block) = Block::from_bytes(data) else {
            return Err(self.cut(self.offset + data.len() as u64));
        };
        if block.is_zero() {
            return self.zero_block().map(|()| None);
        }
        if !block.has_valid_checksum() {
            // Two zero blocks end an archive. After a lone one the archive may go on;
            // what is no header there is data after the end.
            if self.zero_at.is_some() {
                return self.end_of_entries().map(|()| None);
            }
            return Err(self.checksum_error(&block));
        }
        self.header = self.offset;
        let size = block.number(regions::SIZE);
        let size = size
            .as_size()
            .filter(|size| *size <= i64::MAX as u64 - 1024)
            .ok_or(TarError::Size {
                offset: self.header,
                size,
            })?;
        self.advance(BLOCK as u64)?;
        let kind = match block.typeflag() {
            b'x' | b'X' => ExtKind::Pax,
            b'g' => ExtKind::Global,
            b'L' => ExtKind::LongName,
            b'K' => ExtKind::LongLink,
            b'S' if block.bytes(regions::GNU_EXTENDED) != [0] => {
                return self.more_sparse(block).map(|()| None);
            }
            _ => return self.complete(block),
        };
        if size > self.limits.header_bytes {
            return Err(TarError::HeaderLimit {
                offset: self.header,
                size,
                limit: self.limits.header_bytes,
            });
        }
        if self.ext.len() >= self.limits.headers {
            return Err(TarError::TooManyHeaders(self.header));
        }
        if size == 0 {
            return self.ext_data(&[], block, kind, 0).map(|()| None);
        }
        self.state = ParserState::ExtData(block, kind, size);
        Ok(None)
    }

    fn zero_block(&mut self) -> Result<(), TarError> {
        if self.zero_at.is_some() || !self.ext.is_empty() {
            return self.end_of_entries();
        }
        self.zero_at = Some(self.offset);
        self.advance(BLOCK as u64)?;
        self.state = ParserState::Header;
        Ok(())
    }

    fn checksum_error(&self, block: &Block) -> TarError {
        if self.offset == 0 {
            return TarError::NotTar(0);
        }
        let stored = crate::text::quote(block.text(regions::CHECKSUM).trim_ascii());
        TarError::Checksum {
            offset: self.offset,
            stored,
            computed: block.sums().0,
        }
    }

    fn more_sparse(&mut self, block: Block) -> Result<(), TarError> {
        if self.sparse_blocks.len() as u64 >= self.limits.header_bytes {
            let size = self.sparse_blocks.len() as u64;
            return Err(TarError::HeaderLimit {
                offset: self.header,
                size,
                limit: self.limits.header_bytes,
            });
        }
        self.state = ParserState::SparseBlock(block);
        Ok(())
    }

    fn ext_data(
        &mut self,
        data: &[u8],
        block: Block,
        kind: ExtKind,
        size: u64,
    ) -> Result<(), TarError> {
        self.advance(data.len() as u64)?;
        let len = usize::try_from(size).unwrap_or(usize::MAX);
        let ext = Ext {
            kind,
            offset: self.header,
            block,
            padded: data.to_vec(),
            len,
        };
        if matches!(kind, ExtKind::Pax | ExtKind::Global) {
            let list = records(ext.data()).map_err(|source| TarError::Pax {
                offset: ext.offset,
                source,
            })?;
            if kind == ExtKind::Global {
                let mut globals = BTreeMap::clone(&self.globals);
                globals.extend(
                    list.iter()
                        .map(|record| (record.key.to_vec(), record.value.to_vec())),
                );
                let state: usize = globals
                    .iter()
                    .map(|(key, value)| key.len() + value.len() + 64)
                    .sum();
                self.global_bytes += size + state as u64;
                if self.global_bytes > self.limits.global_bytes {
                    return Err(TarError::TooManyGlobals(ext.offset));
                }
                self.globals = Arc::new(globals);
            }
        }
        self.ext.push(ext);
        self.state = ParserState::Header;
        Ok(())
    }

    fn complete(&mut self, block: Block) -> Result<Option<RawEntry>, TarError> {
        let size = self.stored_size(&block)?;
        let path = spelled_path(&self.ext, &block);
        let group = RawEntry {
            start: self.zero_at.unwrap_or(self.start),
            gap: self.zero_at.is_some(),
            ext: std::mem::take(&mut self.ext),
            header: self.header,
            block,
            sparse_blocks: std::mem::take(&mut self.sparse_blocks),
            content: self.offset,
            size,
            end: 0,
            path,
            globals: Arc::clone(&self.globals),
        };
        self.zero_at = None;
        self.start = group.start;
        self.size = size;
        if size > 0 && matches!(group.block.typeflag(), b'1'..=b'6') {
            self.state = ParserState::Undecided(Box::new(group));
            return Ok(None);
        }
        self.with_content(group).map(Some)
    }

    fn with_content(&mut self, mut group: RawEntry) -> Result<RawEntry, TarError> {
        let bytes = group.size + padding_len(group.size);
        let too_far = || TarError::Size {
            offset: group.header,
            size: Number::Value(i128::from(group.size)),
        };
        self.end = group.content.checked_add(bytes).ok_or_else(too_far)?;
        group.end = self.end;
        if self.end == self.offset {
            self.start = self.end;
            self.state = ParserState::Header;
        } else {
            self.state = ParserState::Content;
        }
        Ok(group)
    }

    /// Decides whether a link, directory or device has content: a header or a zero block
    /// right after it says no (POSIX), anything else that its content is stored (GNU tar).
    fn decide(&mut self, mut group: RawEntry, data: &[u8]) -> Result<Option<RawEntry>, TarError> {
        let next =
            Block::from_bytes(data).ok_or_else(|| self.cut(self.offset + data.len() as u64))?;
        if !next.is_zero() && !next.has_valid_checksum() {
            let group = self.with_content(group)?;
            self.advance(BLOCK as u64)?;
            if self.offset == self.end {
                self.start = self.end;
                self.state = ParserState::Header;
            }
            return Ok(Some(group));
        }
        group.size = 0;
        group.end = self.offset;
        self.start = self.offset;
        self.state = ParserState::Header;
        Ok(Some(group))
    }

    fn stored_size(&self, block: &Block) -> Result<u64, TarError> {
        let size = match last_value(&self.ext, b"size") {
            Some(text) if !text.is_empty() => Number::from_decimal(text),
            Some(_) | None => block.number(regions::SIZE),
        };
        size.as_size()
            .filter(|size| *size <= i64::MAX as u64 - 1024)
            .ok_or(TarError::Size {
                offset: self.header,
                size,
            })
    }
}

#[cfg(test)]
#[path = "parser_tests.rs"]
mod tests;
