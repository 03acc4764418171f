//! Archives in tarballs that are compared as such: those of an `.ipk`, and large ones.

use std::io::Write as _;

use crate::compare::inputs::{Place, rows};
use crate::support::archive::{Spec, archive, file};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(the_archives_in_an_ipk_are_compared_entry_by_entry),
    test!(an_archive_pairs_with_the_same_in_another_compression),
    test!(another_header_of_such_an_archive_stays_a_difference),
    test!(an_archive_of_any_size_is_compared_entry_by_entry),
    test!(a_compressed_tarball_is_decoded_again_for_what_is_called_an_archive),
    test!(archives_in_archives_are_compared_three_levels_deep),
    test!(a_cut_archive_stays_a_content),
    test!(of_many_archives_the_first_are_looked_into),
];

pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

fn xz(data: &[u8]) -> Vec<u8> {
    let mut out = liblzma::write::XzEncoder::new(Vec::new(), 1);
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

/// An `.ipk` as opkg-build makes it, with its archive of files as it is given.
fn ipk(data: Spec) -> Vec<u8> {
    let control = gzip(&archive(&[file("./control", b"Package: hello\n")]));
    gzip(&archive(&[
        file("./debian-binary", b"2.0\n"),
        file("./control.tar.gz", &control),
        data,
    ]))
}

fn hello(content: &[u8]) -> Vec<u8> {
    archive(&[file("./usr/bin/hello", content)])
}

fn the_archives_in_an_ipk_are_compared_entry_by_entry() {
    let ipk = |content| ipk(file("./data.tar.gz", &gzip(&hello(content))));
    let place = Place::new(&[("a.ipk", &ipk(b"1")), ("b.ipk", &ipk(b"2"))]);
    let (status, report) = place.report("a.ipk", "b.ipk", &["--ignore", "compression"]);
    assert_eq!(
        (status, rows(&report)),
        (1, vec!["data.tar/usr/bin/hello Changed content".to_owned()])
    );
    let excluded = ["--ignore", "compression", "--exclude", "data.tar/usr/**"];
    assert_eq!(place.report("a.ipk", "b.ipk", &excluded).0, 0);
    let (_, report) = place.report("a.ipk", "b.ipk", &[]);
    let within: Vec<_> = report
        .archive
        .iter()
        .map(|one| one.within.as_deref())
        .collect();
    assert_eq!(within, [None, Some("data.tar")]);
}

fn an_archive_pairs_with_the_same_in_another_compression() {
    let place = Place::new(&[
        ("a.ipk", &ipk(file("./data.tar.gz", &gzip(&hello(b"1"))))),
        ("b.ipk", &ipk(file("./data.tar.xz", &xz(&hello(b"2"))))),
        ("c.ipk", &ipk(file("./data.tar.xz", &xz(&hello(b"1"))))),
    ]);
    let options = ["--ignore", "compression"];
    let (status, report) = place.report("a.ipk", "b.ipk", &options);
    assert_eq!(
        (status, rows(&report)),
        (1, vec!["data.tar/usr/bin/hello Changed content".to_owned()])
    );
    assert_eq!(place.report("a.ipk", "c.ipk", &options).0, 0);
    let (status, report) = place.report("a.ipk", "c.ipk", &[]);
    let within: Vec<_> = report
        .archive
        .iter()
        .map(|one| one.within.as_deref())
        .collect();
    assert_eq!((status, within), (1, vec![None, Some("data.tar")]));
}

fn another_header_of_such_an_archive_stays_a_difference() {
    let later = Spec {
        mode: 0o600,
        ..file("./data.tar.xz", &xz(&hello(b"1")))
    };
    let place = Place::new(&[
        ("a.ipk", &ipk(file("./data.tar.gz", &gzip(&hello(b"1"))))),
        ("b.ipk", &ipk(later)),
    ]);
    let (status, report) = place.report("a.ipk", "b.ipk", &["--ignore", "compression"]);
    assert_eq!(
        (status, rows(&report)),
        (
            1,
            vec![
                "./data.tar.gz LeftOnly ".to_owned(),
                "./data.tar.xz RightOnly ".to_owned()
            ]
        )
    );
}

fn an_archive_of_any_size_is_compared_entry_by_entry() {
    let inner = |content: &[u8]| archive(&[file("zeros", &vec![0; 17 << 20]), file("f", content)]);
    let outer = |content: &[u8]| {
        archive(&[
            file("plain.tar", &inner(content)),
            file("packed.tar.gz", &gzip(&inner(content))),
        ])
    };
    let (left, right) = (outer(b"1"), outer(b"2"));
    let place = Place::new(&[
        ("a.tar", &left),
        ("b.tar", &right),
        ("b.tar.gz", &gzip(&right)),
    ]);
    let expected = [
        "packed.tar.gz/f Changed content",
        "plain.tar/f Changed content",
    ];
    for right in ["b.tar", "b.tar.gz"] {
        let (status, report) = place.report("a.tar", right, &["--ignore", "compression"]);
        assert_eq!(
            (status, rows(&report)),
            (1, expected.map(str::to_owned).to_vec()),
            "{right}"
        );
    }
    // A stream cannot be read again.
    let said = place.shell("cat a.tar | \"$0\" compare - b.tar --json -");
    let report = twinroot::report::from_json(said.out.as_bytes()).unwrap();
    let row = |name: &str| format!("{name} Changed content");
    assert_eq!(rows(&report)[1..], [row("plain.tar")]);
}

fn a_compressed_tarball_is_decoded_again_for_what_is_called_an_archive() {
    let inner = |content: &[u8]| archive(&[file("zeros", &vec![0; 17 << 20]), file("f", content)]);
    let outer = |name: &str, content: &[u8]| archive(&[file(name, &inner(content))]);
    for (name, packed, row) in [
        ("x.tar", true, "x.tar/f Changed content"),
        ("x", true, "x Changed content"),
        ("x", false, "x/f Changed content"),
    ] {
        let pack = |bytes: Vec<u8>| if packed { gzip(&bytes) } else { bytes };
        let (left, right) = (pack(outer(name, b"1")), pack(outer(name, b"2")));
        let place = Place::new(&[("a", &left), ("b", &right)]);
        let (status, report) = place.report("a", "b", &["--ignore", "compression"]);
        assert_eq!(
            (status, rows(&report)),
            (1, vec![row.to_owned()]),
            "{name} {packed}"
        );
    }
}

fn archives_in_archives_are_compared_three_levels_deep() {
    let nested = |content: &[u8]| {
        let data = |inside: Vec<u8>| archive(&[file("data.tar", &inside)]);
        data(data(data(data(archive(&[file("f", content)])))))
    };
    let place = Place::new(&[("a.tar", &nested(b"1")), ("b.tar", &nested(b"2"))]);
    let (status, report) = place.report("a.tar", "b.tar", &[]);
    assert_eq!(
        (status, rows(&report)),
        (
            1,
            vec!["data.tar/data.tar/data.tar/data.tar Changed content".to_owned()]
        )
    );
    let detail = report.divergences.all()[0].fields[0]
        .detail
        .clone()
        .unwrap();
    assert!(detail.contains("entry f: content differs"), "{detail}");
}

fn a_cut_archive_stays_a_content() {
    let whole = gzip(&hello(b"1"));
    let cut = whole[..whole.len() - 9].to_vec();
    let place = Place::new(&[
        ("a.ipk", &ipk(file("./data.tar.gz", &whole))),
        ("b.ipk", &ipk(file("./data.tar.gz", &cut))),
    ]);
    let (status, report) = place.report("a.ipk", "b.ipk", &["--ignore", "compression"]);
    assert_eq!(
        (status, rows(&report)),
        (1, vec!["./data.tar.gz Changed size,content".to_owned()])
    );
}

fn of_many_archives_the_first_are_looked_into() {
    let many = |content: &[u8]| {
        let inner = archive(&[file("f", content)]);
        let named: Vec<Spec> = (0..300)
            .map(|at| match content {
                b"1" => file(&format!("{at:03}.tar.gz"), &gzip(&inner)),
                _ => file(&format!("{at:03}.tar.xz"), &xz(&inner)),
            })
            .collect();
        archive(&named)
    };
    let place = Place::new(&[("a.tar", &many(b"1")), ("b.tar", &many(b"2"))]);
    let (status, report) = place.report("a.tar", "b.tar", &["--ignore", "compression"]);
    assert_eq!((status, rows(&report).len()), (1, 256 + 2 * 44));
    assert_eq!(
        report.notes,
        ["archives inside that were not looked into: 44"]
    );
}
