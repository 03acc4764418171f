//! zstd: frames, which have blocks (RFC 8878, section 3.1.1).

use std::io;
use std::ops::Range;

use crate::input::compression::{Compression, HeaderField, is_skippable, member, zstd_fields};
use crate::input::little_endian::little_endian;
use crate::input::read_at::{ReadAt, Window};
use crate::input::structure::made_of::{PARTS, Structure};
use crate::input::zstd_header::{LONGEST, ZstdHeader};

/// Bytes of a block's header.
const BLOCK_HEADER: u64 = 3;
/// Bytes of a frame's checksum.
const CHECKSUM: u64 = 4;

/// Frames as far as they were followed.
#[derive(Default)]
struct Frames {
    headers: Vec<ZstdHeader>,
    blocks: Vec<Range<u64>>,
}

pub(super) fn structure(reader: &dyn ReadAt) -> io::Result<Option<Structure>> {
    let mut window = Window::new(reader);
    let mut frames = Frames::default();
    let mut at = 0;
    loop {
        let start = window.bytes(at, LONGEST)?;
        if member(start) != Compression::Zstd {
            break;
        }
        let next = match is_skippable(start) {
            true => start.get(4..8).map(|size| at + 8 + little_endian(size)),
            false => match ZstdHeader::read(start) {
                Some(header) => frames.add(header, at + header.length, &mut window)?,
                None => None,
            },
        };
        at = match next {
            Some(next) if next <= reader.length() => next,
            Some(_) | None => return Ok(None),
        };
    }
    Ok(Some(Structure {
        fields: frames.fields(),
        data: frames.blocks,
    }))
}

impl Frames {
    /// Follows the blocks of a frame, which begin at `at`, and says where the frame ends.
    fn add(
        &mut self,
        header: ZstdHeader,
        mut at: u64,
        window: &mut Window<'_>,
    ) -> io::Result<Option<u64>> {
        self.headers.push(header);
        loop {
            let start = window.bytes(at, 3)?;
            if start.len() < 3 || self.blocks.len() >= PARTS || self.headers.len() >= PARTS {
                return Ok(None);
            }
            let block = little_endian(start);
            let stored = match (block >> 1) & 3 {
                0 | 2 => block >> 3,
                // One byte that is repeated.
                1 => 1,
                _ => return Ok(None),
            };
            let end = at + BLOCK_HEADER + stored;
            self.blocks.push(at..end);
            at = end;
            if block & 1 != 0 {
                break;
            }
        }
        Ok(Some(at + if header.has_checksum { CHECKSUM } else { 0 }))
    }

    fn fields(&self) -> Vec<HeaderField> {
        let mut found = zstd_fields(&self.headers);
        found.push(HeaderField::new("blocks", self.blocks.len()));
        found
    }
}
