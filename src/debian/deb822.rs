//! Stanzas of Debian control data (deb822(5)), as text that keeps every byte.

use bstr::ByteSlice as _;

/// The stanzas of a control file, without the empty lines between them.
pub fn stanzas(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n")
        .map(|stanza| stanza.trim_matches('\n'))
        .filter(|stanza| !stanza.is_empty())
}

/// A field's first line, without surrounding blanks; names compare without case.
#[must_use]
pub fn field<'a>(stanza: &'a str, name: &str) -> Option<&'a str> {
    stanza.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.eq_ignore_ascii_case(name)).then(|| value.trim())
    })
}

/// One field of a stanza, as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawField {
    /// Its name; of a line without a colon, the line.
    pub name: Vec<u8>,
    /// Its value without surrounding blanks; further lines follow with their line breaks and
    /// leading blanks.
    pub value: Vec<u8>,
}

/// The stanzas of data that may not be UTF-8, without those that have nothing but blanks.
pub fn raw_stanzas(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    content
        .split_str("\n\n")
        .filter(|stanza| !stanza.trim_ascii().is_empty())
}

/// All fields of a stanza that may not be UTF-8, in their order.
#[must_use]
pub fn raw_fields(stanza: &[u8]) -> Vec<RawField> {
    let mut fields: Vec<RawField> = Vec::new();
    for line in stanza.lines() {
        let is_continuation = matches!(line.first(), Some(b' ' | b'\t'));
        match (fields.last_mut(), line.split_once_str(":")) {
            (Some(field), _) if is_continuation => {
                field.value.push(b'\n');
                field.value.extend_from_slice(line);
            }
            (_, Some((name, value))) => fields.push(RawField {
                name: name.to_vec(),
                value: value.trim_ascii().to_vec(),
            }),
            (_, None) => fields.push(RawField {
                name: line.to_vec(),
                value: Vec::new(),
            }),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_in_its_stanza_and_not_in_a_continuation() {
        let text = "Package: a\nDescription: x\n Version: no\nVersion: 1\n\n\nPackage: b\n";
        let all: Vec<_> = stanzas(text).collect();
        assert_eq!(
            all,
            [
                "Package: a\nDescription: x\n Version: no\nVersion: 1",
                "Package: b"
            ]
        );
        assert_eq!(field(all[0], "version"), Some("1"));
        assert_eq!(field(all[1], "Version"), None);
    }

    #[test]
    fn a_value_of_bytes_has_all_its_lines() {
        let content = b"Name: a\nOwners: x,\n  y\nodd\n\n \n\nName: \xff\n";
        let field = |name: &[u8], value: &[u8]| RawField {
            name: name.to_vec(),
            value: value.to_vec(),
        };
        let all: Vec<_> = raw_stanzas(content).map(raw_fields).collect();
        assert_eq!(
            all,
            [
                vec![
                    field(b"Name", b"a"),
                    field(b"Owners", b"x,\n  y"),
                    field(b"odd", b"")
                ],
                vec![field(b"Name", b"\xff")],
            ]
        );
    }
}
