//! Files whose lines are a set: `/etc/shells` and what its scripts keep, lists of packages'
//! files, dpkg's triggers.

use bstr::ByteSlice as _;

use crate::debian::maintainer_script::InfoFile;
use crate::explain::content::reading::{Item, Reading};

pub(crate) fn wants(path: &[u8], _content: &[u8]) -> bool {
    matches!(
        path,
        b"etc/shells" | b"var/lib/shells.state" | b"etc/ld.so.conf" | b"var/lib/dpkg/arch"
    ) || path.starts_with(b"var/lib/dpkg/triggers/")
        || InfoFile::from_path(path).is_some_and(|file| {
            matches!(file.kind, b"list" | b"conffiles" | b"triggers" | b"shlibs")
        })
}

pub(crate) fn read(_path: &[u8], content: &[u8]) -> Option<Reading> {
    Some(Reading::of_items(content.lines().map(Item::new).collect()))
}
