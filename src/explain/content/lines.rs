//! Files whose lines are a set: `/etc/shells` and what its scripts keep, lists of packages'
//! files, dpkg's triggers.

use bstr::ByteSlice as _;

use crate::explain::content::reading::{Item, Reading};

pub(crate) fn wants(path: &[u8], _content: &[u8]) -> bool {
    let info = path.strip_prefix(b"var/lib/dpkg/info/");
    matches!(
        path,
        b"etc/shells" | b"var/lib/shells.state" | b"etc/ld.so.conf" | b"var/lib/dpkg/arch"
    ) || path.starts_with(b"var/lib/dpkg/triggers/")
        || info.is_some_and(|name| {
            let kinds: [&[u8]; 4] = [b".list", b".conffiles", b".triggers", b".shlibs"];
            kinds.iter().any(|kind| name.ends_with(kind))
        })
}

pub(crate) fn read(_path: &[u8], content: &[u8]) -> Option<Reading> {
    Some(Reading::of_items(content.lines().map(Item::new).collect()))
}
