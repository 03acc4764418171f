//! Control data in stanzas (deb822(5)): dpkg's status and available files, apt's indices, and
//! debconf's databases (debconf.conf(5), driver File).

use bstr::ByteSlice as _;

use crate::explain::content::reading::{Item, Reading};

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
    let mut items = Vec::new();
    for stanza in content
        .split_str("\n\n")
        .filter(|text| !text.trim_ascii().is_empty())
    {
        let fields = fields(stanza);
        let name = fields
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(key));
        let item = Item::new(name.map_or(&b"without a name"[..], |(_, value)| value));
        let others = fields
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case(key));
        items.push(others.fold(item, |item, (name, value)| {
            item.with(&crate::text::quote(name), value)
        }));
    }
    Reading::of_items(items)
}

/// Fields of a stanza; lines that begin with a blank go on with the value before.
fn fields(stanza: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut fields: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for line in stanza.lines() {
        let goes_on = line
            .first()
            .is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        match (
            fields.last_mut().filter(|_| goes_on),
            line.split_once_str(":"),
        ) {
            (Some((_, value)), _) => {
                value.push(b'\n');
                value.extend_from_slice(line);
            }
            (None, Some((name, value))) => {
                fields.push((name.to_vec(), value.trim_ascii().to_vec()))
            }
            (None, None) => fields.push((line.to_vec(), Vec::new())),
        }
    }
    fields
}
