//! Containers: told apart, named where they differ, cut ones, bombs.

use std::io::Write as _;

use twinroot::compare::{Options, Source, SourceKind, compare};
use twinroot::report::{Report, Verdict};

use crate::support::archive::{Spec, archive, file};
use crate::support::compared::{found, report, report_with, trouble};
use crate::support::harness::Test;
use crate::support::run::{run, twinroot};

pub(crate) const TESTS: &[Test] = &[
    test!(containers_are_told_apart_and_named),
    test!(every_aspect_of_two_compressions_is_named_and_data_only_if_they_differ),
    test!(a_cut_container_is_trouble_and_a_partial_comparison),
    test!(a_zstd_window_up_to_2_gib_is_read_if_that_is_allowed),
    test!(the_option_that_allows_a_large_zstd_window_is_named_and_works),
    test!(a_bomb_on_both_sides_is_compared_in_bounded_memory),
];

fn gzip(data: &[u8], mtime: u32) -> Vec<u8> {
    let mut out = flate2::GzBuilder::new()
        .mtime(mtime)
        .write(Vec::new(), flate2::Compression::fast());
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

fn xz(data: &[u8], level: u32) -> Vec<u8> {
    let mut out = liblzma::write::XzEncoder::new(Vec::new(), level);
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

fn bz2(data: &[u8], level: u32) -> Vec<u8> {
    let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(level));
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

fn containers_are_told_apart_and_named() {
    let tar = archive(&[file("./f", &b"content\n".repeat(500))]);
    let other = archive(&[file("./f", &b"Content\n".repeat(500))]);
    let zst = |data: &[u8], level| zstd::encode_all(data, level).unwrap();
    let skippable = [b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec(), zst(&tar, 3)].concat();
    let two_frames = [zst(&tar[..700], 3), zst(&tar[700..], 3)].concat();
    let two_members = [gzip(&tar[..700], 0), gzip(&tar[700..], 0)].concat();
    for (left, right, detail) in [
        (gzip(&tar, 1), gzip(&tar, 2), "time 1 | 2"),
        (gzip(&tar, 0), two_members, "members 1 | 2"),
        (
            gzip(&tar, 0),
            [gzip(&tar, 0), vec![0; 512]].concat(),
            "bytes after the end 0 | 512",
        ),
        (
            gzip(&tar, 0),
            [gzip(&tar, 0), b"garbage".to_vec()].concat(),
            "bytes after the end 0 | 7, bytes after the end that are not zero, on one side",
        ),
        (zst(&tar, 1), two_frames, "content size"),
        (zst(&tar, 3), skippable, "skippable frames 0 | 1"),
        (
            xz(&tar, 0),
            [xz(&tar[..700], 0), xz(&tar[700..], 0)].concat(),
            "members 1 | 2",
        ),
        (bz2(&tar, 1), bz2(&tar, 9), "block size 100 kB | 900 kB"),
        (tar.clone(), bz2(&tar, 1), "compressed data differ"),
    ] {
        let report = report(&left, &right);
        assert_eq!(
            found(&report),
            (Default::default(), vec!["compression".to_owned()])
        );
        assert!(
            report.archive[0].detail.contains(detail),
            "{} lacks {detail}",
            report.archive[0].detail
        );
        let ignoring = Options {
            ignore: vec!["compression".to_owned()],
            ..Options::default()
        };
        let ignored = report_with(&left, &right, &ignoring);
        assert_eq!(
            (ignored.verdict, ignored.ignored[0].count),
            (Verdict::Identical, 1)
        );
    }
    for pack in [
        |data: &[u8]| gzip(data, 0),
        |data: &[u8]| zstd::encode_all(data, 3).unwrap(),
        |data: &[u8]| xz(data, 0),
        |data: &[u8]| bz2(data, 1),
    ] {
        let report = report(&pack(&tar), &pack(&other));
        let expected = (
            std::iter::once("./f#1 changed content".to_owned()).collect(),
            vec!["compression".to_owned()],
        );
        assert_eq!(found(&report), expected);
    }
}

/// What is said of two files, and of the same two where one can be read only once.
fn details(left: &[u8], right: &[u8]) -> [String; 2] {
    let place = tempfile::tempdir().unwrap();
    let source = |name: &str, data: &[u8]| {
        let path = place.path().join(name);
        std::fs::write(&path, data).unwrap();
        Source {
            label: name.to_owned(),
            name: name.to_owned(),
            kind: SourceKind::File(path),
        }
    };
    let stream = Source {
        label: "left".to_owned(),
        name: "left".to_owned(),
        kind: SourceKind::Stream(Box::new(std::io::Cursor::new(left.to_vec()))),
    };
    [source("left", left), stream].map(|left| {
        let found = compare(left, source("right", right), &Options::default(), &|_| {});
        Report::from(&found).archive[0].detail.clone()
    })
}

fn every_aspect_of_two_compressions_is_named_and_data_only_if_they_differ() {
    let tar = archive(&[file("./f", &b"content\n".repeat(50_000))]);
    let fast = gzip(&tar, 0);
    let mut best = flate2::GzBuilder::new().write(Vec::new(), flate2::Compression::best());
    best.write_all(&tar).unwrap();
    let zst = |level, checksum| {
        let mut out = zstd::Encoder::new(Vec::new(), level).unwrap();
        out.include_checksum(checksum).unwrap();
        out.write_all(&tar).unwrap();
        out.finish().unwrap()
    };
    for (left, right, files, streams) in [
        (
            fast.clone(),
            best.finish().unwrap(),
            "extra flags 4 | 2, compressed data differ",
            "extra flags 4 | 2",
        ),
        (fast.clone(), gzip(&tar, 7), "time 0 | 7", "time 0 | 7"),
        (
            zst(3, false),
            zst(3, true),
            "checksum no | yes",
            "checksum no | yes",
        ),
        (
            xz(&tar, 0),
            xz(&tar, 6),
            "filters LZMA2 with 256 KiB of dictionary | LZMA2 with 8 MiB of dictionary, \
             compressed data differ",
            "compressed data differ",
        ),
    ] {
        assert_eq!(details(&left, &right), [files, streams]);
    }
}

fn a_cut_container_is_trouble_and_a_partial_comparison() {
    let left = archive(&[
        file("./a", b"1"),
        file(
            "./f",
            &(0..40_000_u32)
                .flat_map(u32::to_be_bytes)
                .collect::<Vec<_>>(),
        ),
    ]);
    let right = archive(&[
        file("./a", b"2"),
        file(
            "./f",
            &(0..40_000_u32)
                .flat_map(u32::to_be_bytes)
                .collect::<Vec<_>>(),
        ),
    ]);
    for packed in [
        gzip(&right, 0),
        zstd::encode_all(&right[..], 1).unwrap(),
        xz(&right, 0),
    ] {
        let report = report(&left, &packed[..packed.len() - 100]);
        assert!(
            trouble(&report).starts_with("right.tar: after "),
            "{report:?}"
        );
        assert_eq!(report.trouble.as_ref().unwrap().what.lines().count(), 1);
    }
    let mut corrupt = gzip(&right, 0);
    let middle = corrupt.len() / 2;
    corrupt[middle..middle + 50].fill(0xaa);
    let report = report(&left, &corrupt);
    assert!(trouble(&report).contains("right.tar"), "{report:?}");
}

/// A zstd frame of one raw block that asks for a window of 2 GiB, as `zstd --long=31` does
/// (RFC 8878, 3.1.1).
fn with_window_of_2_gib(data: &[u8]) -> Vec<u8> {
    let block = u32::try_from(data.len()).unwrap() << 3 | 1;
    let window = (31 - 10) << 3;
    let head = [0x28, 0xb5, 0x2f, 0xfd, 0, window];
    [&head[..], &block.to_le_bytes()[..3], data].concat()
}

fn a_zstd_window_up_to_2_gib_is_read_if_that_is_allowed() {
    let tar = archive(&[file("./f", b"content")]);
    let packed = with_window_of_2_gib(&tar);
    let within = |log| {
        let mut options = Options::default();
        options.limits.zstd_window_log = log;
        options
    };
    let refused = report_with(&packed, &tar, &within(30));
    let trouble = refused.trouble.unwrap().what;
    let words = "zstd frame: its window of 2^31 bytes is over the limit";
    assert!(trouble.ends_with(words), "{trouble}");
    let read = report_with(&packed, &tar, &within(31));
    assert_eq!((read.left.entries, &read.trouble), (1, &None));
    let (rows, aspects) = found(&read);
    assert_eq!(rows.len(), 0);
    assert_eq!(aspects, ["compression"]);
}

fn the_option_that_allows_a_large_zstd_window_is_named_and_works() {
    let tar = archive(&[file("./f", b"content")]);
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("l.tar"), &tar).unwrap();
    std::fs::write(place.path().join("r.tar.zst"), with_window_of_2_gib(&tar)).unwrap();
    let compare = |options: &[&str]| {
        let inputs = ["compare", "--ignore=compression", "l.tar", "r.tar.zst"];
        let mut command = twinroot(place.path());
        let ran = run(command.current_dir(&place).args(inputs).args(options));
        (ran.status, ran.stderr)
    };
    let said = "twinroot: r.tar.zst: after 0 entries: zstd frame: its window of 2^31 bytes is over \
                the limit\nhint: --max-zstd-window 31 gives it the memory\n";
    assert_eq!(compare(&[]), (Some(2), said.to_owned()));
    let read = compare(&["--max-zstd-window", "31"]);
    assert_eq!(read, (Some(0), String::new()));
}

fn a_bomb_on_both_sides_is_compared_in_bounded_memory() {
    // 256 MiB of zeros in a few kilobytes; tests/bench measures ten gigabytes.
    let bomb = |last: u8| {
        let size = 256_u64 << 20;
        let head = Spec {
            size: Some(size),
            ..file("./zeros", b"")
        }
        .bytes();
        let mut out = zstd::Encoder::new(Vec::new(), 1).unwrap();
        out.write_all(
            &Spec {
                mtime: u64::from(last),
                ..file("./a", b"")
            }
            .bytes(),
        )
        .unwrap();
        out.write_all(&head).unwrap();
        let zeros = vec![0; 1 << 20];
        for _ in 0..256 {
            out.write_all(&zeros).unwrap();
        }
        out.write_all(&[0; 1024]).unwrap();
        out.finish().unwrap()
    };
    let report = report(&bomb(1), &bomb(2));
    let expected = (
        std::iter::once("./a#1 changed mtime".to_owned()).collect(),
        vec!["compression".to_owned()],
    );
    assert_eq!(found(&report), expected);
}
