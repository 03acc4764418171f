//! Two rpm packages: tags of the headers, entries of the payload, and every byte of both.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::support::harness::Test;
use crate::support::run::{TWINROOT, run};

pub(crate) const TESTS: &[Test] = &[
    test!(tags_are_told_by_name_and_the_payload_entry_by_entry),
    test!(another_compression_of_the_payload_is_its_only_difference),
    test!(what_tar_has_no_field_for_is_named_too),
    test!(a_flipped_byte_is_never_silence),
    test!(a_package_that_is_cut_is_trouble),
    test!(a_payload_that_is_no_cpio_archive_is_a_content),
];

/// One file of a payload.
#[derive(Clone)]
struct Entry {
    name: &'static str,
    mode: u32,
    content: &'static [u8],
    inode: u32,
    upper_case: bool,
}

fn entry(name: &'static str, mode: u32, content: &'static [u8]) -> Entry {
    Entry {
        name,
        mode,
        content,
        inode: 1,
        upper_case: false,
    }
}

fn filled(mut bytes: Vec<u8>, multiple: usize) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(multiple), 0);
    bytes
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap()
}

fn cpio(entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::new();
    for one in entries.iter().chain([&entry("TRAILER!!!", 0, b"")]) {
        let (size, length) = (number(one.content.len()), number(one.name.len() + 1));
        let numbers = [
            one.inode,
            one.mode,
            0,
            0,
            1,
            1_700_000_000,
            size,
            0,
            0,
            0,
            0,
            length,
            0,
        ];
        let digits: String = numbers
            .iter()
            .map(|number| format!("{number:08x}"))
            .collect();
        let digits = match one.upper_case {
            true => digits.to_uppercase(),
            false => digits,
        };
        let header = [b"070701", digits.as_bytes(), one.name.as_bytes(), b"\0"].concat();
        out.extend(filled(header, 4));
        out.extend(filled(one.content.to_vec(), 4));
    }
    out
}

/// A header with one text and one number.
fn header(name: &str, time: u32) -> Vec<u8> {
    let mut store = filled([name.as_bytes(), b"\0"].concat(), 4);
    let offset = number(store.len());
    store.extend(time.to_be_bytes());
    let mut out = b"\x8e\xad\xe8\x01\0\0\0\0".to_vec();
    let index = [[1000, 6, 0, 1], [1006, 4, offset, 1]];
    for number in [2, number(store.len())]
        .iter()
        .chain(index.iter().flatten())
    {
        out.extend(number.to_be_bytes());
    }
    out.extend(store);
    out
}

fn gzip(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn rpm(name: &str, time: u32, payload: &[u8]) -> Vec<u8> {
    let lead = filled(b"\xed\xab\xee\xdb\x03\0\0\0\0\x01hello".to_vec(), 96);
    let signature = filled(header("sig", 1), 8);
    [lead, signature, header(name, time), payload.to_vec()].concat()
}

fn hello() -> Vec<Entry> {
    vec![
        entry("./usr/bin/hello", 0o100_755, b"#!/bin/sh\necho one\n"),
        entry("./usr/bin/hi", 0o120_777, b"hello"),
        entry("./usr/share/hello", 0o040_755, b""),
    ]
}

/// Exit status, standard error and report.
struct Found {
    status: Option<i32>,
    stderr: String,
    report: Value,
}

fn compared(left: &[u8], right: &[u8]) -> Found {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("a.rpm"), left).unwrap();
    std::fs::write(place.path().join("b.rpm"), right).unwrap();
    let mut command = std::process::Command::new(TWINROOT);
    let command = command.current_dir(&place);
    let ran = run(command.args(["compare", "a.rpm", "b.rpm", "--json=-"]));
    Found {
        status: ran.status,
        stderr: ran.stderr,
        report: serde_json::from_str(&ran.stdout).unwrap_or_default(),
    }
}

impl Found {
    /// `PATH FIELD…` of each entry, and `NAME within` of each aspect.
    fn rows(&self) -> Vec<String> {
        let list = |key: &str| self.report[key].as_array().cloned().unwrap_or_default();
        let entries = list("divergences").into_iter().map(|row| {
            let fields = row["fields"].as_array().cloned().unwrap_or_default();
            let fields = fields
                .iter()
                .map(|field| format!(" {}", field["name"].as_str().unwrap()));
            format!(
                "{}{}",
                row["path"].as_str().unwrap(),
                fields.collect::<String>()
            )
        });
        let aspects = list("archive").into_iter().map(|one| {
            let within = one["within"].as_str().unwrap_or("-");
            format!("{} within {within}", one["name"].as_str().unwrap())
        });
        entries.chain(aspects).collect()
    }
}

fn tags_are_told_by_name_and_the_payload_entry_by_entry() {
    let mut other = hello();
    other[0].content = b"#!/bin/sh\necho two\n";
    other[1].content = b"world";
    let left = rpm("hello", 1, &gzip(&cpio(&hello()), 6));
    let right = rpm("hello", 2, &gzip(&cpio(&other), 6));
    let found = compared(&left, &right);
    assert_eq!(
        found.rows(),
        [
            "header content",
            "payload/usr/bin/hello content",
            "payload/usr/bin/hi linkname",
            "compression within payload",
        ]
    );
    let rows = &found.report["divergences"];
    let detail = rows[0]["fields"][0]["detail"].as_str().unwrap();
    assert_eq!(detail, "read as rpm header\n  tag buildtime: is 1 | 2\n");
    let detail = rows[1]["fields"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("-echo one\n+echo two\n"), "{detail}");
    assert_eq!(found.report["left"]["kind"], "rpm");
    assert_eq!(found.status, Some(1));
    assert_eq!(compared(&left, &left).status, Some(0));
}

fn another_compression_of_the_payload_is_its_only_difference() {
    let payload = cpio(&hello());
    let left = rpm("hello", 1, &gzip(&payload, 1));
    for right in [
        gzip(&payload, 9),
        zstd::encode_all(&payload[..], 3).unwrap(),
        payload.clone(),
    ] {
        let found = compared(&left, &rpm("hello", 1, &right));
        assert_eq!(found.rows(), ["compression within payload"]);
    }
}

fn what_tar_has_no_field_for_is_named_too() {
    let with = |entry: Entry| rpm("hello", 1, &cpio(&[entry]));
    let usual = entry("./a", 0o100_644, b"x");
    let inode = Entry {
        inode: 10,
        ..usual.clone()
    };
    let upper = Entry {
        upper_case: true,
        ..inode.clone()
    };
    assert_eq!(
        compared(&with(usual), &with(inode.clone())).rows(),
        ["payload/a pax:cpio.inode"]
    );
    assert_eq!(
        compared(&with(inode), &with(upper)).rows(),
        ["payload/a pax:cpio.header"]
    );
}

fn a_flipped_byte_is_never_silence() {
    let bytes = rpm("hello", 1, &cpio(&hello()[..2]));
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        let found = compared(&bytes, &flipped);
        let is_told = match found.status {
            Some(1) => !found.rows().is_empty(),
            Some(2) => found.stderr.starts_with("twinroot: "),
            _ => false,
        };
        assert!(is_told, "byte {at}: {:?} {}", found.status, found.stderr);
    }
}

fn a_package_that_is_cut_is_trouble() {
    let bytes = rpm("hello", 1, &cpio(&hello()));
    let found = compared(&bytes, &bytes[..120]);
    assert_eq!(found.status, Some(2));
    let line = found.stderr.lines().next().unwrap();
    assert_eq!(
        line,
        "twinroot: b.rpm: after 0 entries: has no header at offset 96, or it ends beyond the file"
    );
    let found = compared(&bytes, &bytes[..bytes.len() - 130]);
    let line = found.stderr.lines().next().unwrap();
    assert!(line.starts_with("twinroot: b.rpm: payload: "), "{line}");
    assert_eq!(found.status, Some(2));
}

fn a_payload_that_is_no_cpio_archive_is_a_content() {
    let with = |payload: &[u8]| rpm("hello", 1, payload);
    let found = compared(&with(b"one"), &with(b"two"));
    assert_eq!(found.rows(), ["payload content"]);
}
