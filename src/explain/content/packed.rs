//! Compressed contents: what their header says, and what is inside.

use std::io::Read as _;

use bstr::ByteSlice as _;

use crate::explain::content::bytes::{Order, string_at, u16_at, u32_at};
use crate::explain::content::reading::{Reading, Record};
use crate::input::compression::{Compression, sniff};
use crate::input::decode::Decoder;
use crate::tar::time::Timestamp;

/// Most bytes that one content is unpacked to.
pub(crate) const UNPACKED: u64 = 16 << 20;
/// Largest zstd window, as a power of two: 16 MiB.
const WINDOW: u32 = 24;

pub(crate) fn wants(_path: &[u8], content: &[u8]) -> bool {
    matches!(
        sniff(content),
        Compression::Gzip | Compression::Xz | Compression::Zstd | Compression::Bzip2
    )
}

/// What is larger, cut or broken is not read.
pub(crate) fn read(path: &[u8], content: &[u8]) -> Option<Reading> {
    let container = sniff(content);
    let mut inside = Vec::new();
    let mut decoder = Decoder::new(content, container, WINDOW, false);
    let mut limited = (&mut decoder).take(UNPACKED + 1);
    let length = limited.read_to_end(&mut inside).ok()?;
    if length as u64 > UNPACKED {
        return None;
    }
    let stats = decoder.stats();
    let mut facts = Record::default()
        .with("container", container.name())
        .with("members", stats.members.to_string());
    if container == Compression::Gzip {
        facts = gzip(content, facts)?;
    }
    let name = path.rsplit_once_str(b"/").map_or(path, |(_, name)| name);
    let stem = name.rsplit_once_str(b".").map_or(name, |(stem, _)| stem);
    Some(Reading {
        facts,
        records: Vec::new(),
        parts: vec![(String::from_utf8_lossy(stem).into_owned(), inside)],
    })
}

/// The first member's header (RFC 1952): flags at 3, time at 4, extra flags at 8, system at
/// 9; then, where flags say so, an extra field, the name and a comment.
fn gzip(content: &[u8], facts: Record) -> Option<Record> {
    let flags = *content.get(3)?;
    let time = match u32_at(content, 4, Order::Little)? {
        0 => "none".to_owned(),
        time => Timestamp::from_pax(time.to_string().as_bytes()).to_string(),
    };
    let mut facts = facts
        .with("time", time)
        .with("extra flags", content.get(8)?.to_string())
        .with("system", content.get(9)?.to_string());
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(u16_at(content, at, Order::Little)?);
    }
    for (bit, name) in [(8, "name"), (16, "comment")] {
        if flags & bit != 0 {
            let text = string_at(content, at)?;
            at += text.len() + 1;
            facts = facts.with(name, text);
        }
    }
    Some(facts)
}
