//! ar archives, and so packages: ar(5), deb(5).
//!
//! `!<arch>\n`, then members: a header of 60 bytes (name 16, time 12, uid 6, gid 6, mode 8,
//! size 10, all padded with blanks, and two magic bytes), the content, a newline to an even
//! offset.

use bstr::ByteSlice as _;

use crate::explain::content::bytes::span;
use crate::explain::content::reading::{InnerContent, Item, Reading};

const MAGIC: &[u8] = b"!<arch>\n";
const HEADER: usize = 60;

pub(crate) fn wants(_path: &[u8], content: &[u8]) -> bool {
    content.starts_with(MAGIC)
}

pub(crate) fn read(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let mut reading = Reading::default();
    let mut at = MAGIC.len();
    while at < content.len() {
        let header = span(content, at, HEADER)?;
        if !header.ends_with(b"`\n") {
            return None;
        }
        let field = |from, length| Some(span(header, from, length)?.trim_ascii_end());
        let size: usize = field(48, 10)?.to_str().ok()?.parse().ok()?;
        let name = field(0, 16)?;
        let inside = span(content, at + HEADER, size)?;
        reading.items.push(
            Item::new(name)
                .with_time("time", field(16, 12)?)
                .with("uid", field(28, 6)?)
                .with("gid", field(34, 6)?)
                .with("mode", field(40, 8)?)
                .with("size", size.to_string()),
        );
        reading.inner.push(InnerContent {
            name: name.to_str_lossy().into_owned(),
            bytes: inside.to_vec(),
        });
        at += HEADER + size + size % 2;
    }
    Some(reading)
}
