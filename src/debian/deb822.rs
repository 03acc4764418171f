//! Stanzas of Debian control data (deb822(5)), as text that keeps every byte.

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

/// Packages and versions by the text of a status file (dpkg-query(1), deb-control(5)).
#[must_use]
pub fn versions(status: &[u8]) -> std::collections::BTreeMap<String, String> {
    let text = String::from_utf8_lossy(status);
    let pairs = stanzas(&text).filter_map(|stanza| {
        let version = field(stanza, "Version")?;
        Some((field(stanza, "Package")?.to_owned(), version.to_owned()))
    });
    pairs.collect()
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
}
