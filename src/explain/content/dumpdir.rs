//! GNU tar's dumpdirs, the contents of directories of an incremental dump (GNU tar manual,
//! "Dumpdir"): records of a letter and a name, each with a NUL at its end, and one more NUL.

use bstr::ByteSlice as _;

use crate::explain::content::reading::{Item, Reading};

pub(crate) fn wants(path: &[u8], content: &[u8]) -> bool {
    read(path, content).is_some()
}

pub(crate) fn read(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let records = content.strip_suffix(b"\0\0")?;
    let item = |record: &[u8]| {
        let (letter, name) = record.split_first()?;
        let meaning = match letter {
            b'Y' => "in this archive",
            b'N' => "not in this archive",
            b'D' => "a directory",
            b'R' => "renamed from here",
            b'T' => "renamed to here",
            b'X' => "a temporary name",
            _ => return None,
        };
        Some(Item::new(name).with("is", meaning))
    };
    let items = records.split_str("\0").map(item).collect::<Option<_>>()?;
    Some(Reading::of_items(items))
}
