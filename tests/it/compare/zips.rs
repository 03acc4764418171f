//! Zip archives, made by the zip crate's writer and by python's.

use std::io::{Cursor, Write as _};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::compare::inputs::Place;
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(members_are_compared_like_entries_and_headers_are_named),
    test!(what_only_the_compression_makes_differ_is_its_data_and_method),
    test!(a_symbolic_link_is_one_and_a_directory_is_one),
    test!(a_damaged_member_is_trouble_and_the_others_are_compared),
    test!(a_size_that_the_data_cannot_have_is_damage_and_is_not_filled_up),
    test!(what_unpacks_to_much_is_read),
    test!(a_cut_zip_is_trouble_and_equal_ones_are_identical_whatever_they_are),
    test!(members_in_one_place_are_refused),
    test!(what_no_member_claims_is_unexplained),
    test!(a_zip_and_a_tarball_are_no_pair),
];

/// A member: name, content, method.
type Member<'a> = (&'a str, &'a [u8], CompressionMethod);

fn options(method: CompressionMethod, second: u8) -> SimpleFileOptions {
    let time = DateTime::from_date_and_time(2024, 2, 29, 12, 0, second).unwrap();
    SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(time)
        .unix_permissions(0o640)
}

pub(crate) fn zip(members: &[Member<'_>], second: u8) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content, method) in members {
        writer.start_file(*name, options(*method, second)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const DEFLATED: CompressionMethod = CompressionMethod::Deflated;
const STORED: CompressionMethod = CompressionMethod::Stored;

/// The report on two zip archives, and the exit status.
fn compared(left: &[u8], right: &[u8]) -> (Value, i32) {
    let place = Place::new(&[("left.zip", left), ("right.zip", right)]);
    let said = place.run(&["compare", "left.zip", "right.zip", "--json", "-"]);
    (serde_json::from_str(&said.out).unwrap(), said.status)
}

/// Paths with the names of their fields.
fn differing(report: &Value) -> Vec<(String, Vec<String>)> {
    let divergences = report["divergences"].as_array().unwrap();
    let of = |one: &Value| {
        let fields = one["fields"].as_array().unwrap().iter();
        let names = fields.map(|field| field["name"].as_str().unwrap().to_owned());
        (one["path"].as_str().unwrap().to_owned(), names.collect())
    };
    divergences.iter().map(of).collect()
}

fn row(path: &str, fields: &[&str]) -> (String, Vec<String>) {
    let fields = fields.iter().map(|name| (*name).to_owned()).collect();
    (path.to_owned(), fields)
}

fn members_are_compared_like_entries_and_headers_are_named() {
    let left = zip(&[("a", b"1\n", DEFLATED), ("b", b"2\n", DEFLATED)], 0);
    let right = zip(
        &[
            ("a", b"1\n", DEFLATED),
            ("b", b"3\n", DEFLATED),
            ("c", b"", STORED),
        ],
        2,
    );
    let (report, status) = compared(&left, &right);
    assert_eq!(status, 1);
    assert_eq!(report["left"]["kind"], "zip");
    assert_eq!(
        differing(&report),
        [
            row("a", &["mtime"]),
            row("b", &["mtime", "content"]),
            row("c", &[])
        ]
    );
    assert_eq!(
        report["divergences"][0]["fields"],
        json!([{"name": "mtime", "left": "2024-02-29T12:00:00Z", "right": "2024-02-29T12:00:02Z"}])
    );
    assert_eq!(report["divergences"][2]["entry"], "file 0640 0:0 0 bytes");
    assert_eq!(report["archive"], json!([]));
}

fn what_only_the_compression_makes_differ_is_its_data_and_method() {
    let text = b"the same text, the same text, the same text\n";
    let left = zip(&[("a", text, DEFLATED)], 0);
    let (report, status) = compared(&left, &zip(&[("a", text, STORED)], 0));
    assert_eq!(status, 1);
    let [(_, fields)] = &differing(&report)[..] else {
        panic!("{report}");
    };
    assert!(fields.contains(&"zip:method".to_owned()), "{fields:?}");
    assert!(!fields.contains(&"zip:data".to_owned()), "{fields:?}");
    let fields = report["divergences"][0]["fields"].as_array().unwrap();
    let method = json!({"name": "zip:method", "left": "deflated", "right": "stored"});
    assert!(fields.contains(&method), "{fields:?}");
    // The same method, another level.
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let long: Vec<u8> = (0..20_000_u32)
        .flat_map(|number| (number % 977).to_le_bytes())
        .collect();
    let level = |writer: &mut ZipWriter<Cursor<Vec<u8>>>, level| {
        let options = options(DEFLATED, 0).compression_level(Some(level));
        writer.start_file("a", options).unwrap();
        writer.write_all(&long).unwrap();
    };
    level(&mut writer, 1);
    let fast = writer.finish().unwrap().into_inner();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    level(&mut writer, 9);
    let best = writer.finish().unwrap().into_inner();
    let (report, _) = compared(&fast, &best);
    let [(_, fields)] = &differing(&report)[..] else {
        panic!("{report}");
    };
    assert!(fields.contains(&"zip:data".to_owned()), "{fields:?}");
}

fn a_symbolic_link_is_one_and_a_directory_is_one() {
    let made = |target: &str| {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_directory("d/", options(STORED, 0)).unwrap();
        writer
            .add_symlink("d/l", target, options(STORED, 0))
            .unwrap();
        writer.finish().unwrap().into_inner()
    };
    let (report, _) = compared(&made("here"), &made("there"));
    assert_eq!(differing(&report), [row("d/l", &["linkname"])]);
    assert_eq!(report["left"]["entries"], 2);
}

/// The offset of the first occurrence of some bytes.
fn at(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes
        .windows(wanted.len())
        .position(|part| part == wanted)
        .unwrap()
}

fn a_damaged_member_is_trouble_and_the_others_are_compared() {
    let left = zip(&[("a", b"one one", STORED), ("b", b"2\n", STORED)], 0);
    let mut right = zip(&[("a", b"one one", STORED), ("b", b"3\n", STORED)], 0);
    let place = at(&right, b"one one");
    right[place] ^= 1;
    let (report, status) = compared(&left, &right);
    assert_eq!(status, 2);
    assert_eq!(
        report["trouble"]["what"],
        "right.zip: a: is damaged: its length or CRC-32 is not what the archive states"
    );
    assert_eq!(
        differing(&report),
        [row("a", &["content"]), row("b", &["content"])]
    );
}

/// An archive of one member in zstd, which the writer does not do.
fn zstandard(content: &[u8]) -> Vec<u8> {
    let packed = zstd::encode_all(content, 3).unwrap();
    let mut made = zip(&[("a", &packed, STORED)], 0);
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let size = u32::try_from(content.len()).unwrap();
    let central = at(&made, b"PK\x01\x02");
    // Method, CRC-32 and size of the decoded data, in both headers.
    for (header, method, crc_at, size_at) in [(0, 8, 14, 22), (central, 10, 16, 24)] {
        made[header + method..][..2].copy_from_slice(&93_u16.to_le_bytes());
        made[header + crc_at..][..4].copy_from_slice(&crc.sum().to_le_bytes());
        made[header + size_at..][..4].copy_from_slice(&size.to_le_bytes());
    }
    made
}

fn a_size_that_the_data_cannot_have_is_damage_and_is_not_filled_up() {
    for left in [
        zip(&[("a", b"one one", STORED)], 0),
        zip(&[("a", b"one one", DEFLATED)], 0),
        zstandard(b"one one"),
    ] {
        assert_eq!(compared(&left, &left).1, 0);
        let mut right = left.clone();
        // The size of the decoded data in the central directory: nearly 4 GiB.
        let header = at(&right, b"PK\x01\x02");
        right[header + 24..header + 28].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
        let (report, status) = compared(&left, &right);
        assert_eq!(status, 2);
        assert_eq!(
            report["trouble"]["what"],
            "right.zip: a: is damaged: its length or CRC-32 is not what the archive states"
        );
        assert!(report["right"]["bytes"].as_u64().unwrap() < 100_000);
    }
}

/// Much out of little is no damage, if it is there.
fn what_unpacks_to_much_is_read() {
    let content = vec![7; 1 << 20];
    let left = zstandard(&content);
    assert!(left.len() < 500);
    let right = zip(&[("a", &content, DEFLATED)], 0);
    let (report, status) = compared(&left, &right);
    assert_eq!(status, 1);
    let fields = ["zip:made-by", "zip:method", "zip:version-needed"];
    assert_eq!(differing(&report), [row("a", &fields)]);
}

fn a_cut_zip_is_trouble_and_equal_ones_are_identical_whatever_they_are() {
    let whole = zip(&[("a", b"1\n", STORED)], 0);
    let cut = &whole[..whole.len() - 10];
    let (report, status) = compared(&whole, cut);
    assert_eq!(status, 2);
    let trouble = report["trouble"]["what"].as_str().unwrap();
    assert!(
        trouble.starts_with("right.zip: cannot be read as a zip archive: "),
        "{trouble}"
    );
    assert_eq!(compared(cut, cut).1, 0);
}

fn members_in_one_place_are_refused() {
    let left = zip(&[("a", b"1\n", STORED), ("b", b"1\n", STORED)], 0);
    let mut right = left.clone();
    // The second header of the central directory gets the offset of the first member.
    let first = at(&right, b"PK\x01\x02");
    let second = first + 1 + at(&right[first + 1..], b"PK\x01\x02");
    right[second + 42..second + 46].fill(0);
    let (report, status) = compared(&left, &right);
    assert_eq!(status, 2);
    assert_eq!(
        report["trouble"]["what"],
        "right.zip: the member at offset 0 begins inside another one"
    );
}

fn what_no_member_claims_is_unexplained() {
    let made = |comment: &str| {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("a", options(STORED, 0)).unwrap();
        writer.set_comment(comment).unwrap();
        writer.finish().unwrap().into_inner()
    };
    let (report, status) = compared(&made("one"), &made("two"));
    assert_eq!(status, 1);
    assert_eq!(differing(&report), []);
    assert_eq!(report["archive"][0]["name"], "unexplained-bytes");
    assert_eq!(
        report["archive"][0]["detail"],
        "the first difference is at byte 100"
    );
}

fn a_zip_and_a_tarball_are_no_pair() {
    let place = Place::new(&[("a.zip", &zip(&[], 0)), ("b.tar", &[0; 1024])]);
    let said = place.run(&["compare", "b.tar", "a.zip"]);
    assert_eq!(said.status, 2);
    assert_eq!(
        said.errors,
        "twinroot: a.zip: is a zip archive; the left input is a tar archive\n\
         hint: `bsdtar -cf OUT.tar @FILE`, of libarchive-tools, makes a tarball of it\n"
    );
}
