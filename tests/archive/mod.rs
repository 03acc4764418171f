//! Byte-exact tar building blocks for the tests of `compare`.
//!
//! Nothing here goes through a tar library, so that a case can differ in exactly one byte
//! of one field. Source: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual.
#![allow(dead_code, unreachable_pub, missing_docs)]

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;

use twinroot::compare::{Comparison, Options, Source, SourceKind, compare};
use twinroot::report::{DivergenceName, Report};

/// One entry to be written.
#[derive(Debug, Clone)]
pub struct Spec {
    pub name: Vec<u8>,
    pub content: Vec<u8>,
    pub typeflag: u8,
    pub mode: u64,
    pub uid: u64,
    pub gid: u64,
    pub mtime: u64,
    pub uname: Vec<u8>,
    pub gname: Vec<u8>,
    pub linkname: Vec<u8>,
    pub device: (u64, u64),
    pub magic: [u8; 8],
    pub prefix: Vec<u8>,
    pub size: Option<u64>,
    pub records: Vec<(Vec<u8>, Vec<u8>)>,
    pub pax_name: Vec<u8>,
    pub raw: Vec<(usize, Vec<u8>)>,
    pub fill: u8,
    pub signed: bool,
    pub before: Vec<u8>,
    pub sparse_blocks: Vec<u8>,
}

pub const USTAR: [u8; 8] = *b"ustar\x0000";
pub const GNU: [u8; 8] = *b"ustar  \0";
pub const V7: [u8; 8] = [0; 8];

pub fn file(name: &str, content: &[u8]) -> Spec {
    Spec {
        name: name.as_bytes().to_vec(),
        content: content.to_vec(),
        typeflag: b'0',
        mode: 0o644,
        uid: 0,
        gid: 0,
        mtime: 1_700_000_000,
        uname: b"root".to_vec(),
        gname: b"root".to_vec(),
        linkname: Vec::new(),
        device: (0, 0),
        magic: USTAR,
        prefix: Vec::new(),
        size: None,
        records: Vec::new(),
        pax_name: b"./PaxHeaders/x".to_vec(),
        raw: Vec::new(),
        fill: 0,
        signed: false,
        before: Vec::new(),
        sparse_blocks: Vec::new(),
    }
}

pub fn special(name: &str, typeflag: u8, linkname: &str) -> Spec {
    Spec {
        typeflag,
        linkname: linkname.as_bytes().to_vec(),
        ..file(name, b"")
    }
}

impl Spec {
    pub fn pax(mut self, key: &str, value: &[u8]) -> Self {
        self.records.push((key.as_bytes().to_vec(), value.to_vec()));
        self
    }

    pub fn raw(mut self, offset: usize, bytes: &[u8]) -> Self {
        self.raw.push((offset, bytes.to_vec()));
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = self.before.clone();
        if !self.records.is_empty() {
            let body: Vec<u8> = self
                .records
                .iter()
                .flat_map(|(key, value)| record(key, value))
                .collect();
            out.extend(extended(b'x', &self.pax_name, &body));
        }
        out.extend(self.header());
        out.extend_from_slice(&self.sparse_blocks);
        out.extend(padded(&self.content, self.fill));
        out
    }

    fn header(&self) -> Vec<u8> {
        let mut block = vec![0_u8; 512];
        let mut put = |offset: usize, bytes: &[u8]| {
            block[offset..offset + bytes.len()].copy_from_slice(bytes)
        };
        put(0, &self.name[..self.name.len().min(100)]);
        put(100, &octal(self.mode, 8));
        put(108, &octal(self.uid, 8));
        put(116, &octal(self.gid, 8));
        put(
            124,
            &octal(self.size.unwrap_or(self.content.len() as u64), 12),
        );
        put(136, &octal(self.mtime, 12));
        put(156, &[self.typeflag]);
        put(157, &self.linkname[..self.linkname.len().min(100)]);
        put(257, &self.magic);
        if self.magic != V7 {
            put(265, &self.uname);
            put(297, &self.gname);
            put(329, &octal(self.device.0, 8));
            put(337, &octal(self.device.1, 8));
            put(345, &self.prefix);
        }
        for (offset, bytes) in &self.raw {
            put(*offset, bytes);
        }
        if !self
            .raw
            .iter()
            .any(|(offset, bytes)| (*offset..offset + bytes.len()).contains(&148))
        {
            checksum(&mut block, self.signed);
        }
        block
    }
}

pub fn octal(value: u64, width: usize) -> Vec<u8> {
    format!("{value:0digits$o}\0", digits = width - 1).into_bytes()
}

pub fn base256(value: i128, width: usize) -> Vec<u8> {
    let mut bytes = value.to_be_bytes()[16 - width..].to_vec();
    bytes[0] |= 0x80;
    bytes
}

pub fn checksum(block: &mut [u8], signed: bool) {
    block[148..156].fill(b' ');
    let sum: i64 = block
        .iter()
        .map(|byte| {
            if signed {
                i64::from(*byte as i8)
            } else {
                i64::from(*byte)
            }
        })
        .sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

pub fn padded(data: &[u8], fill: u8) -> Vec<u8> {
    let mut out = data.to_vec();
    out.resize(data.len().next_multiple_of(512), fill);
    out
}

pub fn record(key: &[u8], value: &[u8]) -> Vec<u8> {
    let body = [b" ", key, b"=", value, b"\n"].concat();
    let mut length = body.len();
    while length != body.len() + length.to_string().len() {
        length = body.len() + length.to_string().len();
    }
    [length.to_string().as_bytes(), &body].concat()
}

pub fn extended(typeflag: u8, name: &[u8], data: &[u8]) -> Vec<u8> {
    let head = Spec {
        name: name.to_vec(),
        typeflag,
        mtime: 0,
        size: Some(data.len() as u64),
        ..file("", b"")
    };
    [head.bytes(), padded(data, 0)].concat()
}

pub fn global(records: &[(&str, &str)]) -> Vec<u8> {
    let body: Vec<u8> = records
        .iter()
        .flat_map(|(key, value)| record(key.as_bytes(), value.as_bytes()))
        .collect();
    extended(b'g', b"./GlobalHead", &body)
}

pub fn long(kind: u8, name: &str) -> Vec<u8> {
    extended(kind, b"././@LongLink", &[name.as_bytes(), b"\0"].concat())
}

/// The entries, two zero blocks, and zeros to a full record.
pub fn archive(entries: &[Spec]) -> Vec<u8> {
    let mut out = unended(entries);
    out.extend_from_slice(&[0; 1024]);
    out.resize(out.len().next_multiple_of(10_240), 0);
    out
}

pub fn unended(entries: &[Spec]) -> Vec<u8> {
    entries.iter().flat_map(Spec::bytes).collect()
}

/// A report's divergences in one comparable form: `path#occurrence kind fields`, and archive names.
pub type Found = (BTreeSet<String>, Vec<String>);

pub fn found(report: &Report) -> Found {
    let rows = report.divergences.iter().map(|one| {
        let kind = match one.kind {
            DivergenceName::Changed => "changed",
            DivergenceName::LeftOnly => "left-only",
            DivergenceName::RightOnly => "right-only",
            DivergenceName::Moved => "moved",
            DivergenceName::Reordered => "reordered",
        };
        let fields: Vec<&str> = one.fields.iter().map(|field| field.name.as_str()).collect();
        let from = one
            .from
            .as_ref()
            .map(|from| format!(" from {from}"))
            .unwrap_or_default();
        format!(
            "{}#{} {kind}{from} {}",
            one.path,
            one.occurrence,
            fields.join(" ")
        )
        .trim_end()
        .to_owned()
    });
    (
        rows.collect(),
        report.archive.iter().map(|one| one.name.clone()).collect(),
    )
}

fn source(label: &str, kind: SourceKind) -> Source {
    Source {
        label: label.to_owned(),
        name: format!("{label}.tar"),
        kind,
    }
}

pub fn from_streams(left: &[u8], right: &[u8], options: &Options) -> Comparison {
    let stream = |data: &[u8]| SourceKind::Stream(Box::new(Cursor::new(data.to_vec())));
    compare(
        source("left", stream(left)),
        source("right", stream(right)),
        options,
        &|_| {},
    )
}

pub fn from_files(left: &Path, right: &Path, options: &Options) -> Comparison {
    let file = |path: &Path| SourceKind::File(path.to_owned());
    compare(
        source("left", file(left)),
        source("right", file(right)),
        options,
        &|_| {},
    )
}

/// The report from two files, which must be that from two streams; it holds the schema.
pub fn report(left: &[u8], right: &[u8]) -> Report {
    report_with(left, right, &Options::default())
}

pub fn report_with(left: &[u8], right: &[u8], options: &Options) -> Report {
    let directory = tempfile::tempdir().unwrap();
    let (l, r) = (directory.path().join("l"), directory.path().join("r"));
    std::fs::write(&l, left).unwrap();
    std::fs::write(&r, right).unwrap();
    let files = Report::from(&from_files(&l, &r, options));
    let streams = Report::from(&from_streams(left, right, options));
    assert_eq!(files, streams, "files and streams are reported alike");
    validate(&files);
    files
}

/// Holds a report against the schema that is shipped.
pub fn validate(report: &Report) {
    let schema = include_str!("../../docs/report.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let text = twinroot::report::json(report).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    if let Err(error) = validator.validate(&value) {
        panic!("{error} at {}", error.instance_path());
    }
}

/// Holds a pair's report, its mirror image, and each side against itself.
pub fn check(left: &[u8], right: &[u8], entries: &[&str], aspects: &[&str]) {
    let expected = (
        entries.iter().map(|row| (*row).to_owned()).collect(),
        aspects.iter().map(|name| (*name).to_owned()).collect(),
    );
    assert_eq!(found(&report(left, right)), expected);
    let mirrored: BTreeSet<String> = entries
        .iter()
        .map(|row| {
            if row.contains(" left-only") {
                row.replace(" left-only", " right-only")
            } else {
                row.replace(" right-only", " left-only")
            }
        })
        .collect();
    if !entries.iter().any(|row| row.contains(" moved")) {
        assert_eq!(
            found(&report(right, left)),
            (mirrored, expected.1),
            "swapped"
        );
    }
    for side in [left, right] {
        assert_eq!(
            found(&report(side, side)),
            Default::default(),
            "against itself"
        );
    }
}
