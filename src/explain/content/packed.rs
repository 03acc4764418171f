//! Compressed contents: what their header says, and what is inside.

use std::io::Read as _;

use bstr::ByteSlice as _;

use crate::explain::content::bytes::{Order, string_at, time, u16_at, u32_at};
use crate::explain::content::reading::{InnerContent, Properties, Reading};
use crate::input::compression::{Compression, sniff};
use crate::input::decode::{Decoder, Digesting};

/// Most bytes that one content is unpacked to.
pub(crate) const UNPACKED: u64 = 16 << 20;
/// Largest zstd window, as a power of two: 16 MiB.
const WINDOW: u32 = 24;

pub(crate) fn wants(_path: &[u8], content: &[u8]) -> bool {
    sniff(content) != Compression::Plain
}

/// What is larger, cut or broken is not read.
pub(crate) fn read(path: &[u8], content: &[u8]) -> Option<Reading> {
    let compression = sniff(content);
    let mut inside = Vec::new();
    let mut decoder = Decoder::new(content, compression, WINDOW, Digesting::Off);
    let mut limited = (&mut decoder).take(UNPACKED + 1);
    let length = limited.read_to_end(&mut inside).ok()?;
    if length as u64 > UNPACKED {
        return None;
    }
    let stats = decoder.stats();
    let mut properties = Properties::default()
        .with("container", compression.name())
        .with("members", stats.members.to_string());
    if compression == Compression::Gzip {
        properties = gzip(content, properties)?;
    }
    let name = path.rsplit_once_str(b"/").map_or(path, |(_, name)| name);
    let stem = name.rsplit_once_str(b".").map_or(name, |(stem, _)| stem);
    Some(Reading {
        properties,
        items: Vec::new(),
        inner: vec![InnerContent {
            name: String::from_utf8_lossy(stem).into_owned(),
            bytes: inside,
        }],
    })
}

/// The first member's header (RFC 1952): flags at 3, time at 4, extra flags at 8, system at
/// 9; then, where flags say so, an extra field, the name and a comment.
fn gzip(content: &[u8], properties: Properties) -> Option<Properties> {
    let flags = *content.get(3)?;
    let packed = match u32_at(content, 4, Order::Little)? {
        0 => "none".to_owned(),
        seconds => time(seconds).to_string(),
    };
    let mut properties = properties
        .with_time("time", packed)
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
            properties = properties.with(name, text);
        }
    }
    Some(properties)
}
