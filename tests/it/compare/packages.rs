//! Two Debian packages: members, and the archives in them entry by entry.

use std::io::Write as _;

use crate::compare::inputs::{Place, rows};
use crate::support::archive::{Spec, archive, file, special};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(the_archives_in_two_packages_are_compared_entry_by_entry),
    test!(an_archive_pairs_with_the_same_in_another_compression),
    test!(what_is_ignored_or_excluded_is_so_inside_too),
    test!(a_large_archive_in_a_package_streams),
    test!(a_cut_package_is_trouble_and_a_partial_comparison),
    test!(packages_from_pipes_are_compared_too),
    test!(a_flipped_byte_of_a_package_is_never_silence),
];

/// A member with the header that ar(1) writes.
fn member(name: &str, time: u64, content: &[u8]) -> Vec<u8> {
    let size = content.len();
    let header = format!(
        "{name:<16}{time:<12}{:<6}{:<6}{:<8}{size:<10}`\n",
        0, 0, 100_644
    );
    let padding: &[u8] = if size % 2 == 1 { b"\n" } else { b"" };
    [header.as_bytes(), content, padding].concat()
}

fn xz(data: &[u8]) -> Vec<u8> {
    let mut out = liblzma::write::XzEncoder::new(Vec::new(), 1);
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

fn package(members: &[Vec<u8>]) -> Vec<u8> {
    [b"!<arch>\n".to_vec(), members.concat()].concat()
}

/// A package whose archives hold these entries.
pub(crate) fn deb(control: &[Spec], data: &[Spec]) -> Vec<u8> {
    package(&[
        member("debian-binary", 7, b"2.0\n"),
        member("control.tar.xz", 7, &xz(&archive(control))),
        member("data.tar.xz", 7, &xz(&archive(data))),
    ])
}

fn directory(name: &str) -> Spec {
    special(name, b'5', "")
}

fn the_archives_in_two_packages_are_compared_entry_by_entry() {
    let left = deb(
        &[directory("./"), file("./md5sums", b"0123  etc/passwd\n")],
        &[
            directory("./"),
            file("./etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n"),
            file("./gone", b"1"),
        ],
    );
    let right = deb(
        &[directory("./"), file("./md5sums", b"4567  etc/passwd\n")],
        &[
            Spec {
                mode: 0o700,
                ..directory("./")
            },
            file("./etc/passwd", b"root:x:0:0:root:/root:/bin/bash\n"),
        ],
    );
    let place = Place::new(&[("a.deb", &left), ("b.deb", &right)]);
    let (status, report) = place.report("a.deb", "b.deb", &[]);
    assert_eq!(
        (status, rows(&report)),
        (
            1,
            vec![
                "control.tar/md5sums Changed content".to_owned(),
                "data.tar/ Changed mode".to_owned(),
                "data.tar/etc/passwd Changed size,content".to_owned(),
                "data.tar/gone LeftOnly ".to_owned(),
            ]
        )
    );
    let detail = report.divergences.all()[2].fields[1]
        .detail
        .clone()
        .unwrap();
    assert!(detail.starts_with("read as accounts\n"), "{detail}");
    let aspects: Vec<_> = report
        .archive
        .iter()
        .map(|one| (one.name.as_str(), one.within.as_deref()))
        .collect();
    assert_eq!(
        aspects,
        [
            ("compression", Some("control.tar")),
            ("compression", Some("data.tar"))
        ]
    );
    // Three members, and two and three, and two and two entries in them.
    assert_eq!((report.left.entries, report.right.entries), (8, 7));
}

fn an_archive_pairs_with_the_same_in_another_compression() {
    let tar = archive(&[file("./f", b"1")]);
    let with = |name: &str, data: &[u8]| {
        package(&[member("debian-binary", 7, b"2.0\n"), member(name, 7, data)])
    };
    let place = Place::new(&[
        ("a.deb", &with("data.tar.xz", &xz(&tar))),
        (
            "b.deb",
            &with("data.tar.zst", &zstd::encode_all(&tar[..], 3).unwrap()),
        ),
    ]);
    let said = place.run(&["compare", "a.deb", "b.deb"]);
    let aspect = "compression of data.tar\n  xz | zstd\n";
    assert!(said.status == 1 && said.out.contains(aspect), "{said:?}");
    let (status, report) = place.report("a.deb", "b.deb", &["--ignore", "compression"]);
    assert_eq!(
        (status, report.archive.len(), report.ignored.len()),
        (0, 0, 1)
    );
}

fn what_is_ignored_or_excluded_is_so_inside_too() {
    let with = |content: &[u8], mtime| {
        deb(
            &[],
            &[Spec {
                mtime,
                ..file("./usr/a", content)
            }],
        )
    };
    let place = Place::new(&[("a.deb", &with(b"1", 5)), ("b.deb", &with(b"2", 6))]);
    let ignore = ["--ignore", "compression,mtime", "--exclude"];
    for (pattern, status) in [("data.tar/usr/**", 0), ("usr/**", 1), ("**/usr/*", 0)] {
        let options = [&ignore[..], &[pattern]].concat();
        assert_eq!(
            place.report("a.deb", "b.deb", &options).0,
            status,
            "{pattern}"
        );
    }
}

fn a_large_archive_in_a_package_streams() {
    let mut content = vec![b'x'; 20 << 20];
    let left = deb(&[], &[file("./big", &content), file("./z", b"1")]);
    content[19 << 20] = b'y';
    let right = deb(&[], &[file("./big", &content), file("./z", b"2")]);
    let place = Place::new(&[("a.deb", &left), ("b.deb", &right)]);
    let (status, report) = place.report("a.deb", "b.deb", &["--ignore", "compression"]);
    let expected = ["data.tar/big Changed content", "data.tar/z Changed content"];
    assert_eq!(
        (status, rows(&report)),
        (1, expected.map(str::to_owned).to_vec())
    );
}

fn a_cut_package_is_trouble_and_a_partial_comparison() {
    let with = |content: &[u8]| deb(&[file("./control", content)], &[file("./f", b"1")]);
    let (left, right) = (with(b"1"), with(b"2"));
    let cut = &right[..right.len() - 10];
    let place = Place::new(&[("a.deb", &left), ("b.deb", cut)]);
    let (status, report) = place.report("a.deb", "b.deb", &["--ignore", "compression"]);
    let expected = format!(
        "b.deb: it ends at {}, its last member at {}",
        cut.len(),
        right.len()
    );
    assert_eq!(
        (status, report.trouble.clone().unwrap().what, rows(&report)),
        (
            2,
            expected,
            vec!["control.tar/control Changed content".to_owned()]
        )
    );
}

fn packages_from_pipes_are_compared_too() {
    let with = |content: &[u8]| deb(&[], &[file("./f", content)]);
    let place = Place::new(&[("a.deb", &with(b"1")), ("b.deb", &with(b"2"))]);
    let said = place.shell("cat a.deb | \"$0\" compare - b.deb --ignore compression --json -");
    let report = twinroot::report::from_json(said.out.as_bytes()).unwrap();
    assert_eq!(
        (said.status, rows(&report)),
        (1, vec!["data.tar/f Changed content".to_owned()])
    );
}

/// Every byte, one at a time: the exit status is 1 or 2, and a report that is not of trouble names
/// something.
fn a_flipped_byte_of_a_package_is_never_silence() {
    let whole = package(&[
        member("debian-binary", 7, b"2.0\n"),
        member("control.tar", 7, &archive(&[file("./control", b"a")])),
        member("odd", 7, b"odd"),
        member("data.tar.xz", 7, &xz(&archive(&[file("./f", b"1")]))),
    ]);
    for at in 0..whole.len() {
        // Of the many zeros that fill blocks, some do for all.
        if whole[at] == 0 && at % 13 != 0 {
            continue;
        }
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        let comparison = compared(&whole, &flipped);
        assert!(
            comparison.trouble.is_some()
                || !comparison.divergences.is_empty()
                || !comparison.archive.is_empty(),
            "byte {at}"
        );
    }
}

/// The comparison by the library, which takes streams.
pub(crate) fn compared(left: &[u8], right: &[u8]) -> twinroot::compare::Comparison {
    let source = |label: &str, bytes: &[u8]| twinroot::compare::Source {
        label: label.to_owned(),
        name: label.to_owned(),
        kind: twinroot::compare::SourceKind::Stream(Box::new(std::io::Cursor::new(bytes.to_vec()))),
    };
    let options = twinroot::compare::Options::default();
    twinroot::any::compare(
        source("left", left),
        source("right", right),
        &options,
        &|_| {},
    )
}
