//! Binary databases of which the header says most: systemd's hardware database and message
//! catalog, the locale archive, and Python's compiled modules.

use crate::explain::content::bytes::{Order, size_at, string_at, time, u16_at, u32_at, u64_at};
use crate::explain::content::reading::{Item, Properties, Reading, digest};
use crate::text::hex::hex;

/// `u64` numbers from an offset on, by name.
fn numbers(content: &[u8], at: usize, names: &[&str]) -> Option<Properties> {
    let mut properties = Properties::default();
    for (number, name) in names.iter().enumerate() {
        let value = u64_at(content, at + number * 8, Order::Little)?;
        properties = properties.with(name, value.to_string());
    }
    Some(properties)
}

pub(crate) fn wants_hwdb(_path: &[u8], content: &[u8]) -> bool {
    content.starts_with(b"KSLPHHRH")
}

/// The header of `hwdb.bin` (systemd, `hwdb-internal.h`): `u64`s in little endian.
pub(crate) fn read_hwdb(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let names = [
        "made by systemd",
        "file size",
        "header size",
        "node size",
        "child size",
        "value size",
        "root node at",
        "bytes of nodes",
        "bytes of strings",
    ];
    let properties = numbers(content, 8, &names)?;
    Some(Reading::of_properties(
        properties.with("content", digest(content)),
    ))
}

pub(crate) fn wants_catalog(_path: &[u8], content: &[u8]) -> bool {
    content.starts_with(b"RHHHKSLP")
}

/// The header of the message catalog (systemd, `catalog.c`): two `u32` of flags, then `u64`s.
pub(crate) fn read_catalog(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let names = ["header size", "messages", "message size"];
    let properties = numbers(content, 16, &names)?;
    Some(Reading::of_properties(
        properties.with("content", digest(content)),
    ))
}

const LOCALES: u32 = 0xde02_0109;

pub(crate) fn wants_locales(_path: &[u8], content: &[u8]) -> bool {
    u32_at(content, 0, Order::Little) == Some(LOCALES)
}

/// The archive of locales (glibc, `locarchive.h`): `u32`s; the table of names is at the
/// third, of as many slots as the fifth says, each hash, name, record; an empty one has no name.
pub(crate) fn read_locales(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let order = Order::Little;
    let (table, slots) = (size_at(content, 8, order)?, size_at(content, 16, order)?);
    let mut reading = Reading {
        properties: Properties::default().with("locales", u32_at(content, 12, order)?.to_string()),
        ..Reading::default()
    };
    let mut names = Vec::new();
    for slot in 0..slots.min(content.len() / 12) {
        let name = size_at(content, table.checked_add(slot * 12 + 4)?, order)?;
        if name != 0 {
            names.push(string_at(content, name)?);
        }
    }
    names.sort_unstable();
    reading.items = names.into_iter().map(Item::new).collect();
    Some(reading)
}

pub(crate) fn wants_python(path: &[u8], content: &[u8]) -> bool {
    path.ends_with(b".pyc") && content.get(2..4) == Some(b"\r\n")
}

/// A compiled module (PEP 552): magic 4, flags 4; then the source's time and size, or its hash.
pub(crate) fn read_python(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let order = Order::Little;
    let magic = u16_at(content, 0, order)?;
    let properties = Properties::default().with("magic", magic.to_string());
    let properties = match u32_at(content, 4, order)? {
        0 => properties
            .with_time("source time", time(u32_at(content, 8, order)?).to_string())
            .with("source size", u32_at(content, 12, order)?.to_string()),
        flags => properties
            .with("flags", flags.to_string())
            .with("source hash", hex(content.get(8..16)?)),
    };
    let code = digest(content.get(16..)?);
    Some(Reading::of_properties(properties.with("code", code)))
}
