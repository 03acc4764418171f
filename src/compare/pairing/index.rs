//! The index of one archive from a given group on: where its entries are.
//!
//! 32 bytes an entry, whatever its size, in memory up to a limit and in an unlinked file beyond
//! it. Names are held as 128-bit digests; a pair that differs is read again and its names are
//! compared as bytes.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use crate::compare::collect::Collector;
use crate::compare::options::Limits;
use crate::compare::pairing::hard_link::HardLink;
use crate::compare::pairing::key::{Key, key};
use crate::compare::pairing::name_order::NameOrder;
use crate::compare::spill::vec::{Cursor, FixedSize, SpillVec, part};
use crate::compare::stop::{LastEntry, Reached, Stop, StopPlace, WalkError};
use crate::input::read_at::{Position, ReadAt, Window};
use crate::tar::parser::{Need, Parser};
use crate::tar::raw_entry::{Ext, ExtKind, Globals, RawEntry};

/// One entry of an index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IndexedEntry {
    pub(crate) key: Key,
    /// Where its group starts; it ends where the next starts.
    pub(crate) start: u64,
    /// Index into [`Index::globals`].
    pub(crate) globals: u32,
}

impl FixedSize for IndexedEntry {
    const BYTES: usize = 28;

    fn write(self, out: &mut Vec<u8>) {
        let [half, other] = self.key;
        half.write(out);
        other.write(out);
        self.start.write(out);
        self.globals.write(out);
    }

    fn read(bytes: &[u8]) -> Self {
        Self {
            key: [
                u64::from_ne_bytes(part(bytes, 0)),
                u64::from_ne_bytes(part(bytes, 8)),
            ],
            start: u64::from_ne_bytes(part(bytes, 16)),
            globals: u32::from_ne_bytes(part(bytes, 24)),
        }
    }
}

/// Most records of one index: they are numbered in 32 bits.
const MOST: u64 = u32::MAX as u64 - 1;

/// A global header and the entry that follows it.
#[derive(Debug)]
pub(crate) struct GlobalAt {
    pub(crate) before: usize,
    pub(crate) ext: Ext,
}

/// Where a walk begins.
#[derive(Debug, Clone)]
pub(crate) struct WalkStart {
    pub(crate) offset: u64,
    /// Global values in force there.
    pub(crate) globals: Globals,
    pub(crate) entries_before: u64,
    /// Offset of the first byte that differs. What begins before it depends on how it was found.
    pub(crate) first: u64,
}

/// The entries of an archive from a group on.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) records: SpillVec<IndexedEntry>,
    /// The hard links among them.
    pub(crate) links: SpillVec<HardLink>,
    /// One beyond the last group.
    pub(crate) end: u64,
    /// Where the entries ended and the tail begins (after dangling global headers).
    pub(crate) tail: u64,
    /// Distinct states of global values.
    pub(crate) globals: Vec<Globals>,
    pub(crate) global_headers: Vec<GlobalAt>,
    pub(crate) order: NameOrder,
    pub(crate) stop: Option<Stop>,
}

impl Index {
    pub(crate) fn places(&self) -> IndexReader<'_> {
        IndexReader {
            index: self,
            cursor: self.records.cursor(),
        }
    }

    /// Walks `reader` from `start` on.
    pub(crate) fn build(
        reader: &dyn ReadAt,
        start: WalkStart,
        limits: &Limits,
        collector: &mut Collector,
    ) -> Self {
        let mut index = Self {
            end: start.offset,
            tail: start.offset,
            records: SpillVec::new(limits.entries),
            links: SpillVec::new(limits.entries),
            ..Self::default()
        };
        let mut parser = Parser::new(start.offset, start.globals, limits.tar);
        let mut last: Option<LastEntry> = None;
        let outcome = walk(reader, &mut parser, &mut |group| {
            if index.records.len() as u64 >= MOST {
                return Err(WalkError::TooMany(MOST));
            }
            collector.visit(reader, &group)?;
            index.push(&group)?;
            if group.end > start.first {
                index.order.push(&group.path);
            }
            last = Some(LastEntry {
                name: group.path,
                end: group.end,
            });
            Ok(Flow::Continue)
        });
        match outcome {
            Ok(_) => {
                for ext in parser.pending() {
                    index.global_headers.push(GlobalAt {
                        before: index.records.len(),
                        ext: ext.clone(),
                    });
                }
                index.tail = parser.group_start().max(index.end);
            }
            Err(error) => index.stopped(error, last, start.entries_before, reader.length()),
        }
        index
    }

    fn push(&mut self, group: &RawEntry) -> io::Result<()> {
        let same = self
            .globals
            .last()
            .is_some_and(|last| Arc::ptr_eq(last, &group.globals));
        if !same {
            self.globals.push(Arc::clone(&group.globals));
        }
        let id = u32::try_from(self.globals.len().saturating_sub(1)).unwrap_or(u32::MAX);
        for ext in group.ext.iter().filter(|ext| ext.kind == ExtKind::Global) {
            self.global_headers.push(GlobalAt {
                before: self.records.len(),
                ext: ext.clone(),
            });
        }
        if let Some(link) = HardLink::of(group, key) {
            self.links.push(link)?;
        }
        self.records.push(IndexedEntry {
            key: key(&group.path),
            start: group.start,
            globals: id,
        })?;
        self.end = group.end;
        Ok(())
    }

    fn stopped(&mut self, error: WalkError, last: Option<LastEntry>, before: u64, length: u64) {
        let reached = match &last {
            Some(last) if last.end > length => Reached::Content,
            Some(_) | None => Reached::NextHeader,
        };
        let is_inside = reached == Reached::Content;
        // A record that cannot be taken back stays, and its comparison says that bytes lack.
        if is_inside && let Ok(Some(record)) = self.records.pop() {
            self.end = record.start;
        }
        self.tail = self.end;
        let entries = before + self.records.len() as u64 + u64::from(is_inside);
        self.stop = Some(Stop {
            place: StopPlace::at(entries, last, reached),
            error,
        });
    }
}

/// An archive and its index.
#[derive(Clone, Copy)]
pub(crate) struct Indexed<'input> {
    pub(crate) reader: &'input dyn ReadAt,
    pub(crate) index: &'input Index,
}

impl<'input> Indexed<'input> {
    /// What follows the entries.
    pub(crate) fn tail(&self) -> Position<'input> {
        Position {
            reader: self.reader,
            offset: self.index.tail,
        }
    }
}

/// Reads an index, mostly forward.
#[derive(Debug)]
pub(crate) struct IndexReader<'index> {
    index: &'index Index,
    cursor: Cursor<'index, IndexedEntry>,
}

impl<'index> IndexReader<'index> {
    /// The bytes of record `at`.
    pub(crate) fn span(&mut self, at: usize) -> io::Result<Range<u64>> {
        let end = self.index.end;
        let start = self.cursor.get(at)?.map_or(end, |record| record.start);
        let end = self.cursor.get(at + 1)?.map_or(end, |record| record.start);
        Ok(start..end)
    }

    /// The global values of record `at`.
    pub(crate) fn globals(&mut self, at: usize) -> io::Result<Option<&'index Globals>> {
        let id = self.cursor.get(at)?.map(|record| record.globals);
        let id = id.and_then(|id| usize::try_from(id).ok());
        Ok(id.and_then(|id| self.index.globals.get(id)))
    }

    pub(crate) fn key(&mut self, at: usize) -> io::Result<Option<Key>> {
        Ok(self.cursor.get(at)?.map(|record| record.key))
    }
}

/// Whether a walk goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Continue,
    Stop,
}

/// Drives a parser over random access bytes. Content is jumped over, not read.
pub(crate) fn walk(
    reader: &dyn ReadAt,
    parser: &mut Parser,
    visit: &mut dyn FnMut(RawEntry) -> Result<Flow, WalkError>,
) -> Result<Flow, WalkError> {
    let length = reader.length();
    let mut window = Window::new(reader);
    loop {
        let want = match parser.need() {
            Need::Nothing => return Ok(Flow::Continue),
            Need::Skip(bytes) => {
                if parser
                    .offset()
                    .checked_add(bytes)
                    .is_none_or(|end| end > length)
                {
                    return Err(parser.cut(length).into());
                }
                parser.skipped();
                continue;
            }
            Need::Block => 512,
            Need::Bytes(bytes) => bytes,
        };
        let data = window.bytes(parser.offset(), want)?;
        let group = if data.len() == want {
            parser.supply(data)?
        } else if data.is_empty() && want == 512 {
            parser.finish()?
        } else if matches!(parser.need(), Need::Block) && data.iter().all(|byte| *byte == 0) {
            // A last piece of zeros shorter than a block belongs to the tail.
            parser.finish()?
        } else {
            return Err(parser.cut(length).into());
        };
        if let Some(group) = group
            && visit(group)? == Flow::Stop
        {
            return Ok(Flow::Stop);
        }
    }
}

/// Reads one group again.
pub(crate) fn read_raw_entry(
    reader: &dyn ReadAt,
    start: u64,
    globals: &Globals,
    limits: &Limits,
) -> Result<Option<RawEntry>, WalkError> {
    let mut parser = Parser::new(start, Arc::clone(globals), limits.tar);
    let mut found = None;
    let _ = walk(reader, &mut parser, &mut |group| {
        found = Some(group);
        Ok(Flow::Stop)
    })?;
    Ok(found)
}
