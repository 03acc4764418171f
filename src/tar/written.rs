//! Entries that we write ourselves, so that what is no archive can be compared as one.
//!
//! Headers are ustar, with a pax header before them for whatever that cannot hold (POSIX.1-2017,
//! pax). Equal values always give equal bytes.

use crate::tar::block::{BLOCK, padding_len};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrittenKind {
    File,
    HardLink,
    Symlink,
    CharDevice,
    BlockDevice,
    Directory,
    Fifo,
    /// No type of tar: `s`, as star has it.
    Socket,
}

/// The fields of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WrittenEntry {
    pub(crate) path: Vec<u8>,
    pub(crate) kind: WrittenKind,
    /// Permission bits.
    pub(crate) mode: u32,
    pub(crate) uid: u64,
    pub(crate) gid: u64,
    /// Bytes of content.
    pub(crate) size: u64,
    /// Seconds since 1970.
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: u32,
    pub(crate) linkname: Vec<u8>,
    pub(crate) major: u32,
    pub(crate) minor: u32,
    /// Further pax records, for example `SCHILY.xattr.user.a`.
    pub(crate) records: Vec<(Vec<u8>, Vec<u8>)>,
}

impl WrittenEntry {
    /// A file of this name and size: mode 0644, owned by 0, of 1970.
    pub(crate) fn file(path: &[u8], size: u64) -> Self {
        Self {
            path: path.to_vec(),
            kind: WrittenKind::File,
            mode: 0o644,
            uid: 0,
            gid: 0,
            size,
            seconds: 0,
            nanoseconds: 0,
            linkname: Vec::new(),
            major: 0,
            minor: 0,
            records: Vec::new(),
        }
    }

    /// The headers; the content and its padding follow them.
    pub(crate) fn headers(&self) -> Vec<u8> {
        let mut records = Vec::new();
        let path = fitting(&self.path, 100, b"path", &mut records);
        let linkname = fitting(&self.linkname, 100, b"linkpath", &mut records);
        let uid = octal(self.uid, 7, b"uid", &mut records);
        let gid = octal(self.gid, 7, b"gid", &mut records);
        let size = octal(self.size, 11, b"size", &mut records);
        let major = octal(self.major.into(), 7, b"SCHILY.devmajor", &mut records);
        let minor = octal(self.minor.into(), 7, b"SCHILY.devminor", &mut records);
        let time = self.time(&mut records);
        for (key, value) in &self.records {
            record(key, value, &mut records);
        }
        let fields = [
            (0, path),
            (100, digits(u64::from(self.mode), 7)),
            (108, uid),
            (116, gid),
            (124, size),
            (136, time),
            (156, vec![self.kind.flag()]),
            (157, linkname),
            (329, major),
            (337, minor),
        ];
        let mut out = Vec::new();
        if !records.is_empty() {
            let length = digits(records.len() as u64, 11);
            let name = b"pax".to_vec();
            out.extend(block(&[(0, name), (124, length), (156, vec![b'x'])]));
            let padding = padding_len(records.len() as u64);
            out.append(&mut records);
            out.resize(out.len() + usize::try_from(padding).unwrap_or(0), 0);
        }
        out.extend(block(&fields));
        out
    }

    fn time(&self, records: &mut Vec<u8>) -> Vec<u8> {
        let whole = u64::try_from(self.seconds)
            .ok()
            .filter(|_| self.nanoseconds == 0);
        match whole {
            Some(whole) => octal(whole, 11, b"mtime", records),
            None => {
                record(
                    b"mtime",
                    decimal(self.seconds, self.nanoseconds).as_bytes(),
                    records,
                );
                digits(0, 11)
            }
        }
    }
}

/// A time as pax spells it. Nanoseconds count upwards from the second, before 1970 too.
fn decimal(seconds: i64, nanoseconds: u32) -> String {
    let (sign, whole, part) = if seconds < 0 && nanoseconds > 0 {
        (
            "-",
            (seconds + 1).unsigned_abs(),
            1_000_000_000 - nanoseconds,
        )
    } else {
        let sign = if seconds < 0 { "-" } else { "" };
        (sign, seconds.unsigned_abs(), nanoseconds)
    };
    let text = format!("{sign}{whole}.{part:09}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl WrittenKind {
    fn flag(self) -> u8 {
        match self {
            Self::File => b'0',
            Self::HardLink => b'1',
            Self::Symlink => b'2',
            Self::CharDevice => b'3',
            Self::BlockDevice => b'4',
            Self::Directory => b'5',
            Self::Fifo => b'6',
            Self::Socket => b's',
        }
    }
}

/// The value for the header; one that is too long, or that ends the field early, has a record too.
fn fitting(value: &[u8], width: usize, key: &[u8], records: &mut Vec<u8>) -> Vec<u8> {
    if value.len() > width {
        record(key, value, records);
    }
    value.get(..width).unwrap_or(value).to_vec()
}

/// A number for the header; one that is too large has a record instead.
fn octal(value: u64, width: usize, key: &[u8], records: &mut Vec<u8>) -> Vec<u8> {
    let text = digits(value, width);
    if text.len() > width {
        record(key, value.to_string().as_bytes(), records);
        return digits(0, width);
    }
    text
}

fn digits(value: u64, width: usize) -> Vec<u8> {
    format!("{value:0width$o}").into_bytes()
}

/// `LENGTH KEY=VALUE\n`, where the length counts its own digits.
fn record(key: &[u8], value: &[u8], out: &mut Vec<u8>) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    out.extend(length.to_string().bytes());
    out.push(b' ');
    out.extend_from_slice(key);
    out.push(b'=');
    out.extend_from_slice(value);
    out.push(b'\n');
}

/// A header block with these fields, the rest of ustar, and the checksum.
fn block(fields: &[(usize, Vec<u8>)]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let zeros: [(usize, Vec<u8>); 6] = [
        (100, digits(0o644, 7)),
        (108, digits(0, 7)),
        (116, digits(0, 7)),
        (136, digits(0, 11)),
        (148, b"        ".to_vec()),
        (257, b"ustar\x0000".to_vec()),
    ];
    for (at, bytes) in zeros.iter().chain(fields) {
        if let Some(field) = block.get_mut(*at..*at + bytes.len()) {
            field.copy_from_slice(bytes);
        }
    }
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    let sum = [digits(sum, 6), b"\0 ".to_vec()].concat();
    if let Some(field) = block.get_mut(148..156) {
        field.copy_from_slice(&sum);
    }
    block
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]
mod tests {
    use super::*;

    #[test]
    fn another_reader_finds_every_value() {
        let entry = WrittenEntry {
            kind: WrittenKind::Symlink,
            mode: 0o4755,
            uid: 3_000_000,
            gid: 7,
            seconds: -2,
            nanoseconds: 250_000_000,
            linkname: vec![b't'; 120],
            records: vec![(b"SCHILY.xattr.user.a".to_vec(), b"1=2".to_vec())],
            ..WrittenEntry::file(&[b'p'; 150], 0)
        };
        let bytes = [entry.headers(), vec![0; 1024]].concat();
        let mut archive = tar::Archive::new(&bytes[..]);
        let mut found = archive.entries().unwrap().next().unwrap().unwrap();
        assert_eq!(found.path_bytes().into_owned(), vec![b'p'; 150]);
        let link = found.link_name_bytes().unwrap().into_owned();
        assert_eq!(link, vec![b't'; 120]);
        assert_eq!(found.header().mode().unwrap(), 0o4755);
        assert_eq!(found.header().uid().unwrap(), 3_000_000);
        assert_eq!(found.header().gid().unwrap(), 7);
        assert_eq!(found.header().entry_type(), tar::EntryType::Symlink);
        let extensions = found.pax_extensions().unwrap().unwrap().flatten();
        let others: Vec<_> = extensions
            .filter(|one| !one.key_bytes().ends_with(b"path"))
            .map(|one| (one.key_bytes().to_vec(), one.value_bytes().to_vec()))
            .collect();
        let expected = [
            (&b"uid"[..], &b"3000000"[..]),
            (b"mtime", b"-1.75"),
            (b"SCHILY.xattr.user.a", b"1=2"),
        ];
        assert_eq!(
            others,
            expected.map(|(key, value)| (key.to_vec(), value.to_vec()))
        );
    }

    #[test]
    fn a_plain_file_has_one_header() {
        let headers = WrittenEntry::file(b"./a", 5).headers();
        assert_eq!(headers.len(), BLOCK);
        let header = tar::Header::from_byte_slice(&headers);
        assert_eq!(header.size().unwrap(), 5);
    }

    #[test]
    fn a_record_counts_its_own_digits() {
        let mut out = Vec::new();
        record(b"a", &[b'x'; 94], &mut out);
        assert!(
            out.starts_with(b"101 a=") && out.len() == 101,
            "{}",
            out.len()
        );
    }
}
