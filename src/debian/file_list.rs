//! The files that a `.changes`, `.dsc` or `.buildinfo` lists: deb-changes(5), dsc(5),
//! deb-buildinfo(5).

use std::collections::BTreeMap;

use bstr::ByteSlice as _;

use crate::debian::clearsign::without_signature;
use crate::debian::deb822::{RawField, raw_fields, raw_stanzas};

/// Files beyond which a list is not read. The largest source packages of Debian build a few
/// thousand.
const FILES: usize = 10_000;

/// Fields whose lines are a digest, a size and, at last, the name of a file.
const LISTS: [&[u8]; 4] = [
    b"Files",
    b"Checksums-Md5",
    b"Checksums-Sha1",
    b"Checksums-Sha256",
];

/// What a control file says of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedFile {
    /// Bytes.
    pub size: u64,
    /// Its SHA-256 in hexadecimal, where that is listed.
    pub sha256: Option<String>,
}

/// All that a control file lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileList {
    /// By name: one component of a path.
    pub files: BTreeMap<Vec<u8>, ListedFile>,
    /// The first name that is no file's beside the control file: it has a slash, or is `..`.
    pub refused: Option<Vec<u8>>,
    /// Whether there are more files than are read.
    pub is_cut: bool,
}

/// Whether a content that begins so is a `.changes`, `.dsc` or `.buildinfo`: its first stanza has
/// the fields Format and Source, and one of those that list files or stand before them.
#[must_use]
pub fn is_control_file(start: &[u8]) -> bool {
    let text = without_signature(start).text;
    let fields = raw_stanzas(&text).next().map(raw_fields);
    let fields = fields.unwrap_or_default();
    let has = |name: &[u8]| {
        let is_it = |field: &RawField| field.name.eq_ignore_ascii_case(name);
        fields.iter().any(is_it)
    };
    let further: [&[u8]; 4] = [b"Files", b"Checksums-Sha256", b"Changes", b"Binary"];
    has(b"Format") && has(b"Source") && further.into_iter().any(has)
}

/// Whether the lines of a field of this name each list a file.
#[must_use]
pub fn is_list(field: &[u8]) -> bool {
    LISTS.iter().any(|list| field.eq_ignore_ascii_case(list))
}

/// The files that a control file lists. A line that lists none is passed over.
#[must_use]
pub fn listed_files(content: &[u8]) -> FileList {
    let text = without_signature(content).text;
    let mut list = FileList::default();
    for field in raw_stanzas(&text)
        .next()
        .map(raw_fields)
        .unwrap_or_default()
    {
        if is_list(&field.name) {
            let is_sha256 = field.name.eq_ignore_ascii_case(b"Checksums-Sha256");
            for line in field.value.lines() {
                add_line(&mut list, line, is_sha256);
            }
        }
    }
    list
}

fn add_line(list: &mut FileList, line: &[u8], is_sha256: bool) {
    let words = line.split(u8::is_ascii_whitespace);
    let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
    let [digest, size, .., name] = words[..] else {
        return;
    };
    let Some(size) = size.to_str().ok().and_then(|size| size.parse().ok()) else {
        return;
    };
    if name.contains(&b'/') || name.contains(&0) || matches!(name, b"." | b"..") {
        list.refused.get_or_insert_with(|| name.to_vec());
        return;
    }
    if list.files.len() >= FILES && !list.files.contains_key(name) {
        list.is_cut = true;
        return;
    }
    let file = list.files.entry(name.to_vec()).or_default();
    // The strongest digest says what the size is.
    if is_sha256 {
        file.sha256 = Some(String::from_utf8_lossy(digest).to_ascii_lowercase());
    }
    if is_sha256 || file.sha256.is_none() {
        file.size = size;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGES: &str = "Format: 1.8\nSource: hello\nChecksums-Sha256:\n AB 5 hello.deb\n odd\n \
        cd x hello.dsc\n ef 7 ../../etc/passwd\nFiles:\n 01 5 devel optional hello.deb\n \
        02 9 devel optional hello.dsc\n";

    #[test]
    fn a_file_is_known_by_its_name_its_size_and_its_digest() {
        let file = |size, sha256: Option<&str>| ListedFile {
            size,
            sha256: sha256.map(str::to_owned),
        };
        let expected = FileList {
            files: BTreeMap::from([
                (b"hello.deb".to_vec(), file(5, Some("ab"))),
                (b"hello.dsc".to_vec(), file(9, None)),
            ]),
            refused: Some(b"../../etc/passwd".to_vec()),
            is_cut: false,
        };
        assert_eq!(listed_files(CHANGES.as_bytes()), expected);
        let signed = format!("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{CHANGES}");
        assert_eq!(listed_files(signed.as_bytes()), expected);
        assert!(is_control_file(signed.as_bytes()));
    }

    #[test]
    fn a_long_list_is_cut() {
        let lines: Vec<String> = (0..FILES + 2).map(|at| format!(" 00 1 f{at}\n")).collect();
        let list = listed_files(format!("Files:\n{}", lines.concat()).as_bytes());
        assert_eq!((list.files.len(), list.is_cut), (FILES, true));
    }

    #[test]
    fn other_control_data_lists_no_files() {
        for text in [
            "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\
             Source: https://example.org\n\nFiles: *\nCopyright: x\n",
            "Package: hello\nFormat: 3.0 (quilt)\nFiles:\n 01 5 hello.dsc\n",
            "Format: 1.8\n",
            "",
        ] {
            assert!(!is_control_file(text.as_bytes()), "{text}");
        }
    }
}
