//! Control data in stanzas (deb822(5)): dpkg's status and available files, apt's indices, and
//! debconf's databases (debconf.conf(5), driver File).

use crate::debian::deb822::{RawField, raw_fields, raw_stanzas};
use crate::explain::content::reading::{Item, Reading};
use crate::text::quote;

pub(crate) fn wants_packages(path: &[u8], _content: &[u8]) -> bool {
    let dpkg = path.strip_prefix(b"var/lib/dpkg/");
    dpkg.is_some_and(|name| {
        matches!(
            name,
            b"status" | b"status-old" | b"available" | b"available-old"
        )
    }) || path == b"var/lib/apt/extended_states"
        || (path.starts_with(b"var/lib/apt/lists/") && path.ends_with(b"_Packages"))
}

pub(crate) fn read_packages(_path: &[u8], content: &[u8]) -> Option<Reading> {
    Some(read(content, b"Package"))
}

pub(crate) fn wants_questions(path: &[u8], _content: &[u8]) -> bool {
    let name = path.strip_prefix(b"var/cache/debconf/");
    name.is_some_and(|name| name.ends_with(b".dat") || name.ends_with(b".dat-old"))
}

pub(crate) fn read_questions(_path: &[u8], content: &[u8]) -> Option<Reading> {
    Some(read(content, b"Name"))
}

/// Stanzas by the value of their field `key`.
fn read(content: &[u8], key: &[u8]) -> Reading {
    let is_key = |field: &RawField| field.name.eq_ignore_ascii_case(key);
    let item = |stanza: &[u8]| {
        let fields = raw_fields(stanza);
        let name = fields.iter().find(|field| is_key(field));
        let item = Item::new(name.map_or(&b"without a name"[..], |field| &field.value));
        let others = fields.iter().filter(|field| !is_key(field));
        others.fold(item, |item, field| {
            item.with(&quote(&field.name), &field.value)
        })
    };
    Reading::of_items(raw_stanzas(content).map(item).collect())
}
