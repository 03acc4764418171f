//! `.changes`, `.dsc` and `.buildinfo`: deb-changes(5), dsc(5), deb-buildinfo(5).

use bstr::ByteSlice as _;

use crate::debian::clearsign::without_signature;
use crate::debian::deb822::{RawField, raw_fields, raw_stanzas};
use crate::debian::file_list::{is_control_file, is_list};
use crate::explain::content::reading::{Item, Reading};

/// Fields whose lines each begin with the name of what they are about.
const BY_LINE: [&[u8]; 3] = [b"Installed-Build-Depends", b"Environment", b"Package-List"];

pub(crate) fn wants(_path: &[u8], content: &[u8]) -> bool {
    is_control_file(content)
}

pub(crate) fn read(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let signed = without_signature(content);
    let mut items: Vec<Item> = raw_stanzas(&signed.text)
        .flat_map(raw_fields)
        .flat_map(|field| items(&field))
        .collect();
    if !signed.signature.is_empty() {
        items.push(Item::new(b"OpenPGP signature").with("is", &signed.signature));
    }
    Some(Reading::of_items(items))
}

/// A field; a list by its lines.
fn items(field: &RawField) -> Vec<Item> {
    let name = &field.name;
    let is_by_line = BY_LINE.iter().any(|list| name.eq_ignore_ascii_case(list));
    if !is_list(name) && !is_by_line {
        return vec![Item::new(name).with("is", &field.value)];
    }
    let lines = field.value.lines().map(<[u8]>::trim_ascii);
    let item = |line: &[u8]| {
        let (about, value) = match is_list(name) {
            true => line
                .rsplit_once_str(" ")
                .map(|(value, about)| (about, value)),
            false => split_at_word(line),
        }
        .unwrap_or((line, b""));
        Item::new(&[name, &b" "[..], about].concat()).with("is", value)
    };
    lines.filter(|line| !line.is_empty()).map(item).collect()
}

/// A line after its first word, which ends at a blank or an equals sign.
fn split_at_word(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = line.find_byteset(b" =")?;
    Some((line.get(..at)?, line.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_line_by_line() {
        let content = b"Format: 1.0\nSource: hello\nChecksums-Sha256:\n ab 5 hello.deb\n\
            Installed-Build-Depends:\n gcc (= 1),\n libc6 (= 2)\nEnvironment:\n LANG=\"C\"\n";
        let items = read(b"", content).map(|reading| reading.items);
        let item = |name: &str, value: &str| Item::new(name.as_bytes()).with("is", value);
        let expected = vec![
            item("Format", "1.0"),
            item("Source", "hello"),
            item("Checksums-Sha256 hello.deb", "ab 5"),
            item("Installed-Build-Depends gcc", "(= 1),"),
            item("Installed-Build-Depends libc6", "(= 2)"),
            item("Environment LANG", "\"C\""),
        ];
        assert_eq!(items, Some(expected));
    }
}
