//! xz: streams, whose index tells where their blocks are (The .xz File Format 1.2.1).

use std::io;
use std::ops::Range;

use crate::input::compression::HeaderField;
use crate::input::little_endian::little_endian;
use crate::input::read_at::{ReadAt, read_up_to};
use crate::input::structure::made_of::{PARTS, Structure};

/// Bytes of a stream's header, and of its footer.
const EDGE: u64 = 12;
/// Largest index that is read, in bytes.
const INDEX: u64 = 2 << 20;
/// Bytes of the longest header of a block.
const BLOCK_HEADER: usize = 1024;

/// One record of an index.
struct Record {
    /// Bytes of a block without its padding.
    unpadded: u64,
    /// Bytes of its content.
    content: u64,
}

/// A stream, from its end to its beginning.
struct Stream {
    start: u64,
    check: u64,
    records: Vec<Record>,
}

pub(super) fn structure(reader: &dyn ReadAt) -> io::Result<Option<Structure>> {
    let mut streams = Vec::new();
    let mut end = reader.length();
    let mut blocks = 0;
    while end > 0 {
        let Some(stream) = stream(reader, &mut end)? else {
            return Ok(None);
        };
        blocks += stream.records.len();
        if blocks > PARTS {
            return Ok(None);
        }
        end = stream.start;
        streams.push(stream);
    }
    streams.reverse();
    Blocks::of(reader, &streams).map(|blocks| {
        let blocks = blocks?;
        Some(Structure {
            fields: blocks.fields(&streams),
            data: blocks.data,
        })
    })
}

fn bytes(reader: &dyn ReadAt, span: Range<u64>) -> io::Result<Vec<u8>> {
    let length = span.end.saturating_sub(span.start);
    let mut found = vec![0; usize::try_from(length).unwrap_or(0)];
    let read = read_up_to(reader, &mut found, span.start)?;
    found.truncate(read);
    Ok(found)
}

/// The stream that ends before `end`, which is lowered by the padding after it.
fn stream(reader: &dyn ReadAt, end: &mut u64) -> io::Result<Option<Stream>> {
    let footer = loop {
        let Some(start) = end.checked_sub(EDGE) else {
            return Ok(None);
        };
        let footer = bytes(reader, start..*end)?;
        if !footer.ends_with(&[0; 4]) {
            break footer;
        }
        *end -= 4;
    };
    let &[_, _, _, _, a, b, c, d, _, check, b'Y', b'Z'] = &footer[..] else {
        return Ok(None);
    };
    let size = (u64::from(u32::from_le_bytes([a, b, c, d])) + 1) * 4;
    let index_end = *end - EDGE;
    let Some(index_start) = index_end.checked_sub(size).filter(|_| size <= INDEX) else {
        return Ok(None);
    };
    let Some(records) = records(&bytes(reader, index_start..index_end)?) else {
        return Ok(None);
    };
    let padded = records.iter().map(|one| one.unpadded.next_multiple_of(4));
    let blocks = padded.fold(0_u64, u64::saturating_add);
    let start = index_start.checked_sub(blocks);
    Ok(start
        .and_then(|start| start.checked_sub(EDGE))
        .map(|start| Stream {
            start,
            check: size_of_check(check),
            records,
        }))
}

/// Bytes of the check after a block, by the kind of check (2.1.1.2).
fn size_of_check(flags: u8) -> u64 {
    match flags & 0x0f {
        0 => 0,
        1..=3 => 4,
        4..=6 => 8,
        7..=9 => 16,
        10..=12 => 32,
        _ => 64,
    }
}

/// The records of an index: a zero, their number, two numbers each, padding, a checksum.
fn records(index: &[u8]) -> Option<Vec<Record>> {
    let (0, mut rest) = index.split_first().map(|(first, rest)| (*first, rest))? else {
        return None;
    };
    let number = number(&mut rest)?;
    let records = (0..number).map(|_| {
        Some(Record {
            unpadded: self::number(&mut rest)?.min(u64::MAX >> 1),
            content: self::number(&mut rest)?,
        })
    });
    records.collect()
}

/// A number in groups of seven bits, the lowest first (1.2).
fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (byte, left) = rest.split_first()?;
        *rest = left;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// What the headers of all blocks say.
struct Blocks {
    data: Vec<Range<u64>>,
    /// The filters of the first block.
    filters: Option<String>,
    /// Whether the first block's header has the sizes of the block.
    has_sizes: bool,
}

impl Blocks {
    fn of(reader: &dyn ReadAt, streams: &[Stream]) -> io::Result<Option<Self>> {
        let mut found = Self {
            data: Vec::new(),
            filters: None,
            has_sizes: false,
        };
        for stream in streams {
            let mut at = stream.start + EDGE;
            for record in &stream.records {
                let end = at + record.unpadded;
                let size = bytes(reader, at..at + 1)?;
                let header = size.first().map_or(0, |size| (u64::from(*size) + 1) * 4);
                let data_end = end.saturating_sub(stream.check);
                if header < 8 || at + header > data_end {
                    return Ok(None);
                }
                if found.filters.is_none() {
                    let span = at..at + header.min(BLOCK_HEADER as u64);
                    let header = bytes(reader, span)?;
                    found.filters = filters(&header);
                    found.has_sizes = header.get(1).is_some_and(|flags| flags & 0xc0 != 0);
                }
                found.data.push(at + header..data_end);
                at += record.unpadded.next_multiple_of(4);
            }
        }
        Ok(Some(found))
    }

    fn fields(&self, streams: &[Stream]) -> Vec<HeaderField> {
        let records: Vec<&Record> = streams.iter().flat_map(|one| &one.records).collect();
        let blocks = match &records[..] {
            [first, _, ..] => format!("{} of {} bytes", records.len(), first.content),
            _ => records.len().to_string(),
        };
        let mut found = vec![HeaderField::new("blocks", blocks)];
        if let Some(filters) = &self.filters {
            let has_sizes = if self.has_sizes { "yes" } else { "no" };
            found.push(HeaderField::new("filters", filters));
            found.push(HeaderField::new("sizes in the blocks' headers", has_sizes));
        }
        found
    }
}

/// The filters of a block in words (3.1, 5.3).
fn filters(header: &[u8]) -> Option<String> {
    let flags = *header.get(1)?;
    let mut rest = header.get(2..)?;
    for bit in [0x40, 0x80] {
        if flags & bit != 0 {
            let _ = number(&mut rest)?;
        }
    }
    let mut names = Vec::new();
    for _ in 0..=flags & 3 {
        let id = number(&mut rest)?;
        let length = usize::try_from(number(&mut rest)?).ok()?;
        let properties = rest.get(..length)?;
        rest = rest.get(length..)?;
        names.push(filter(id, properties));
    }
    Some(names.join(", "))
}

fn filter(id: u64, properties: &[u8]) -> String {
    let name = match id {
        0x04 => "x86",
        0x05 => "PowerPC",
        0x06 => "IA-64",
        0x07 => "ARM",
        0x08 => "ARM-Thumb",
        0x09 => "SPARC",
        0x0a => "ARM64",
        0x0b => "RISC-V",
        0x03 => return format!("delta of {} bytes", little_endian(properties) + 1),
        0x21 => return format!("LZMA2 with {} of dictionary", dictionary(properties)),
        other => return format!("filter {other:#x}"),
    };
    match properties {
        [] => name.to_owned(),
        _ => format!("{name} with {}", little_endian(properties)),
    }
}

/// The size of LZMA2's dictionary: two mantissas for each power of two (5.3.1).
fn dictionary(properties: &[u8]) -> String {
    match properties {
        [bits @ 0..=39] => {
            let bytes = (2 | u64::from(bits & 1)) << (bits / 2 + 11);
            match bytes >> 20 {
                0 => format!("{} KiB", bytes >> 10),
                mib => format!("{mib} MiB"),
            }
        }
        _ => "4 GiB".to_owned(),
    }
}
