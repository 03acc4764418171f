//! LZ4 frames, which have blocks (LZ4 Frame Format Description 1.6.4).

use std::io;

use crate::input::compression::{Compression, HeaderField, member};
use crate::input::little_endian::little_endian;
use crate::input::read_at::{ReadAt, Window};
use crate::input::structure::made_of::{PARTS, Structure};

/// Bytes of a block's size, and of each checksum.
const WORD: u64 = 4;
/// This bit of a size says that the block is stored as it is.
const AS_IT_IS: u64 = 1 << 31;

pub(super) fn structure(reader: &dyn ReadAt) -> io::Result<Option<Structure>> {
    let mut window = Window::new(reader);
    let mut data = Vec::new();
    let mut at = 0;
    loop {
        let start = window.bytes(at, 6)?;
        if member(start) != Compression::Lz4 {
            break;
        }
        let Some(flags) = start.get(4).copied() else {
            return Ok(None);
        };
        let has = |bit: u8, bytes: u64| if flags & bit != 0 { bytes } else { 0 };
        // Magic, flags and block sizes; content size; dictionary; checksum of the header.
        at += 6 + has(0x08, 8) + has(0x01, 4) + 1;
        loop {
            let size = window.bytes(at, 4)?;
            if size.len() < 4 || data.len() >= PARTS {
                return Ok(None);
            }
            let size = little_endian(size);
            at += WORD;
            if size == 0 {
                break;
            }
            let end = at + (size & !AS_IT_IS);
            data.push(at - WORD..end);
            at = end + has(0x10, WORD);
        }
        at += has(0x04, WORD);
        if at > reader.length() {
            return Ok(None);
        }
    }
    Ok(Some(Structure {
        fields: vec![HeaderField::new("number of blocks", data.len())],
        data,
    }))
}
