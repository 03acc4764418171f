//! Binary databases of which the header says most: systemd's hardware database and message
//! catalog, the locale archive, and Python's compiled modules.

use crate::explain::content::bytes::{Order, size_at, string_at, u16_at, u32_at, u64_at};
use crate::explain::content::reading::{Reading, Record, digest};
use crate::tar::time::Timestamp;
use crate::text::hex::hex;

fn facts(facts: Record) -> Option<Reading> {
    Some(Reading {
        facts,
        ..Reading::default()
    })
}

/// `u64` numbers from an offset on, by name.
fn numbers(content: &[u8], at: usize, names: &[&str], start: Record) -> Option<Record> {
    let mut record = start;
    for (number, name) in names.iter().enumerate() {
        let value = u64_at(content, at + number * 8, Order::Little)?;
        record = record.with(name, value.to_string());
    }
    Some(record)
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
    let record = numbers(content, 8, &names, Record::default())?;
    facts(record.with("content", digest(content)))
}

pub(crate) fn wants_catalog(_path: &[u8], content: &[u8]) -> bool {
    content.starts_with(b"RHHHKSLP")
}

/// The header of the message catalog (systemd, `catalog.c`): two `u32` of flags, then `u64`s.
pub(crate) fn read_catalog(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let names = ["header size", "messages", "message size"];
    let record = numbers(content, 16, &names, Record::default())?;
    facts(record.with("content", digest(content)))
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
        facts: Record::default().with("locales", u32_at(content, 12, order)?.to_string()),
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
    reading.records = names.into_iter().map(Record::new).collect();
    Some(reading)
}

pub(crate) fn wants_python(path: &[u8], content: &[u8]) -> bool {
    path.ends_with(b".pyc") && content.get(2..4) == Some(b"\r\n")
}

/// A compiled module (PEP 552): magic 4, flags 4; then the source's time and size, or its hash.
pub(crate) fn read_python(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let order = Order::Little;
    let record = Record::default().with("magic", u16_at(content, 0, order)?.to_string());
    let record = match u32_at(content, 4, order)? {
        0 => {
            let time = u32_at(content, 8, order)?.to_string();
            record
                .with(
                    "source time",
                    Timestamp::from_pax(time.as_bytes()).to_string(),
                )
                .with("source size", u32_at(content, 12, order)?.to_string())
        }
        flags => record
            .with("flags", flags.to_string())
            .with("source hash", hex(content.get(8..16)?)),
    };
    facts(record.with("code", digest(content.get(16..)?)))
}
