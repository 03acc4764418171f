//! `/etc/ld.so.cache`, format 1.1 with or without the old one before it (glibc,
//! `sysdeps/generic/dl-cache.h`).
//!
//! Header of 48 bytes: magic 17, version 3, `u32` entries, `u32` length of strings, flags 1,
//! padding 3, `u32` offset of extensions, reserved 12. Entries of 24 bytes: `i32` flags,
//! `u32` name, `u32` path, 4 unused, `u64` hwcap; offsets count from the header's start.
//! Extensions: `u32` magic, `u32` count, then tag, flags, offset, size of each; tag 0 is the
//! generator's name, a string without a NUL.

use bstr::ByteSlice as _;

use crate::explain::content::bytes::{Order, size_at, span, string_at, u32_at, u64_at};
use crate::explain::content::reading::{Item, Properties, Reading};

const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const OLD_MAGIC: &[u8] = b"ld.so-1.7.0\0";
const HEADER: usize = 48;
const ENTRY: usize = 24;
const EXTENSIONS: u32 = 0xeaa4_2174;

pub(crate) fn wants(_path: &[u8], content: &[u8]) -> bool {
    content.starts_with(MAGIC) || content.starts_with(OLD_MAGIC)
}

/// A cache of format 1.1, with its header read.
struct Cache<'a> {
    /// Length of the cache in the old format before it, in bytes.
    start: usize,
    bytes: &'a [u8],
    order: Order,
    entries: usize,
}

impl<'a> Cache<'a> {
    fn find(content: &'a [u8]) -> Option<Self> {
        let start = content.find(MAGIC)?;
        let bytes = content.get(start..)?;
        // The low bits of the flags: 2 little, 3 big, 0 from before they were set.
        let order = match bytes.get(28)? & 3 {
            3 => Order::Big,
            _ => Order::Little,
        };
        let entries = size_at(bytes, 20, order)?;
        Some(Self {
            start,
            bytes,
            order,
            entries,
        })
    }
}

/// How many libraries a cache lists, by its header; `None` if it is not a cache.
pub(crate) fn entry_count(content: &[u8]) -> Option<usize> {
    Cache::find(content).map(|cache| cache.entries)
}

pub(crate) fn read(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let Cache {
        start,
        bytes: cache,
        order,
        entries: count,
    } = Cache::find(content)?;
    let mut reading = Reading {
        properties: Properties::default()
            .with("old format", if start > 0 { "before it" } else { "none" })
            .with("entries", count.to_string())
            .with("generator", generator(cache, order).unwrap_or(b"none")),
        ..Reading::default()
    };
    for number in 0..count {
        let at = HEADER.checked_add(number.checked_mul(ENTRY)?)?;
        let flags = u32_at(cache, at, order)?;
        let name = string_at(cache, size_at(cache, at + 4, order)?)?;
        let path = string_at(cache, size_at(cache, at + 8, order)?)?;
        let hwcap = u64_at(cache, at + 16, order)?;
        reading.items.push(
            Item::new(name)
                .with("path", path)
                .with("flags", format!("{flags:#06x}"))
                .with("hwcap", format!("{hwcap:#x}")),
        );
    }
    Some(reading)
}

fn generator(cache: &[u8], order: Order) -> Option<&[u8]> {
    let at = size_at(cache, 32, order).filter(|at| *at != 0)?;
    if u32_at(cache, at, order)? != EXTENSIONS {
        return None;
    }
    let sections = size_at(cache, at + 4, order)?;
    (0..sections.min(16)).find_map(|number| {
        let section = at + 8 + number * 16;
        let (offset, size) = (
            size_at(cache, section + 8, order)?,
            size_at(cache, section + 12, order)?,
        );
        (u32_at(cache, section, order)? == 0).then(|| span(cache, offset, size))?
    })
}
