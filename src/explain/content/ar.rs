//! ar archives, and so packages: ar(5), deb(5).

use std::io::Cursor;

use bstr::ByteSlice as _;

use crate::debian::ar::{MAGIC, Members};
use crate::explain::content::bytes::span;
use crate::explain::content::reading::{InnerContent, Item, Reading};

pub(crate) fn wants(_path: &[u8], content: &[u8]) -> bool {
    content.starts_with(MAGIC)
}

pub(crate) fn read(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let mut reading = Reading::default();
    for member in Members::new(Cursor::new(content)).ok()? {
        let member = member.ok()?;
        let (offset, size) = (
            usize::try_from(member.offset).ok()?,
            usize::try_from(member.size).ok()?,
        );
        let inside = span(content, offset, size)?;
        reading.items.push(
            Item::new(&member.name)
                .with_time("time", &member.time)
                .with("uid", &member.uid)
                .with("gid", &member.gid)
                .with("mode", &member.mode)
                .with("size", size.to_string()),
        );
        reading.inner.push(InnerContent {
            name: member.name.to_str_lossy().into_owned(),
            bytes: inside.to_vec(),
        });
    }
    Some(reading)
}
