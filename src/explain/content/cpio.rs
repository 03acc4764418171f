//! cpio archives of the new portable format, and so initial ramdisks: cpio(5).
//!
//! A header of 110 characters: magic 6, then 13 numbers of 8 hexadecimal digits (inode, mode,
//! uid, gid, links, time, size, two device numbers of two, length of the name, checksum);
//! the name with its NUL and the content each fill up to a multiple of 4.

use bstr::ByteSlice as _;

use crate::explain::content::bytes::span;
use crate::explain::content::reading::{InnerContent, Item, Reading};

const HEADER: usize = 110;
const END: &[u8] = b"TRAILER!!!";

pub(crate) fn wants(_path: &[u8], content: &[u8]) -> bool {
    content.starts_with(b"070701") || content.starts_with(b"070702")
}

pub(crate) fn read(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let mut reading = Reading::default();
    let mut at = 0;
    loop {
        let header = span(content, at, HEADER)?;
        let number = |which: usize| {
            let digits = span(header, 6 + which * 8, 8)?.to_str().ok()?;
            u32::from_str_radix(digits, 16).ok()
        };
        let length = usize::try_from(number(11)?).ok()?;
        let name = span(content, at + HEADER, length.checked_sub(1)?)?;
        if name == END {
            return Some(reading);
        }
        let start = (at + HEADER + length).next_multiple_of(4);
        let size = usize::try_from(number(6)?).ok()?;
        let inside = span(content, start, size)?;
        reading.items.push(
            Item::new(name)
                .with("inode", number(0)?.to_string())
                .with("mode", format!("{:06o}", number(1)?))
                .with("uid", number(2)?.to_string())
                .with("gid", number(3)?.to_string())
                .with("links", number(4)?.to_string())
                .with_time("time", number(5)?.to_string())
                .with("size", size.to_string())
                .with("device", format!("{},{}", number(9)?, number(10)?)),
        );
        reading.inner.push(InnerContent {
            name: name.to_str_lossy().into_owned(),
            bytes: inside.to_vec(),
        });
        at = (start + size).next_multiple_of(4);
    }
}
