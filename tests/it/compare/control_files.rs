//! Two `.changes`, `.dsc` or `.buildinfo`, and the files that they list.

use sha2::{Digest as _, Sha256};

use crate::compare::inputs::{Place, rows};
use crate::compare::packages::deb;
use crate::support::archive::{archive, file};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(fields_and_listed_files_are_compared),
    test!(a_listed_file_that_changed_is_found_although_both_lists_are_equal),
    test!(files_pair_without_version_and_compression),
    test!(what_is_not_beside_a_control_file_is_noted),
    test!(a_name_that_leads_elsewhere_is_trouble_and_the_rest_is_compared),
    test!(a_listed_file_that_is_no_match_is_trouble_and_the_rest_is_compared),
    test!(a_list_that_leads_round_in_a_circle_ends),
    test!(a_list_of_a_million_files_is_cut),
];

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A control file that lists these files.
pub(crate) fn control(version: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let lines: Vec<String> = files
        .iter()
        .map(|(name, bytes)| format!(" {} {} {name}\n", sha256(bytes), bytes.len()))
        .collect();
    format!(
        "Format: 1.8\nSource: hello\nBinary: hello\nVersion: {version}\nChecksums-Sha256:\n{}",
        lines.concat()
    )
    .into_bytes()
}

/// Puts a control file and what it lists into a directory.
pub(crate) fn write(place: &Place, directory: &str, name: &str, files: &[(&str, &[u8])]) {
    let path = place.path(directory);
    std::fs::create_dir_all(&path).unwrap();
    for (name, bytes) in files {
        std::fs::write(path.join(name), bytes).unwrap();
    }
    std::fs::write(path.join(name), control("1.0", files)).unwrap();
}

fn signed(text: &[u8]) -> Vec<u8> {
    [
        b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n",
        text,
        b"-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n",
    ]
    .concat()
}

const CHANGES: &str = "hello_1.0_amd64.changes";

fn package(content: &[u8]) -> Vec<u8> {
    deb(
        &[file("./control", b"Package: hello\n")],
        &[file("./usr/bin/hello", content)],
    )
}

fn fields_and_listed_files_are_compared() {
    let place = Place::new(&[]);
    for (directory, content, tools) in [("a", b"1", "gcc (= 1)"), ("b", b"2", "gcc (= 2)")] {
        let package = package(content);
        let files: [(&str, &[u8]); 3] = [
            ("hello_1.0_amd64.deb", &package),
            ("hello_1.0.tar.gz", b"same"),
            ("README", b"same"),
        ];
        write(&place, directory, "hello_1.0_amd64.buildinfo", &files);
        let path = place.path(directory).join("hello_1.0_amd64.buildinfo");
        let info = std::fs::read_to_string(&path).unwrap();
        let info = format!("{info}Installed-Build-Depends:\n {tools}\n");
        std::fs::write(&path, &info).unwrap();
        let info = ("hello_1.0_amd64.buildinfo", info.as_bytes());
        let changes = control("1.0", &[files[0], files[1], files[2], info]);
        std::fs::write(place.path(directory).join(CHANGES), signed(&changes)).unwrap();
    }
    let (left, right) = (format!("a/{CHANGES}"), format!("b/{CHANGES}"));
    let (status, report) = place.report(&left, &right, &["--ignore", "compression"]);
    assert_eq!(
        (status, rows(&report)),
        (
            1,
            vec![
                "hello_1.0_amd64.buildinfo Changed content".to_owned(),
                "hello_1.0_amd64.changes Changed content".to_owned(),
                "hello_1.0_amd64.deb/data.tar/usr/bin/hello Changed content".to_owned(),
            ]
        )
    );
    assert!(report.notes.is_empty(), "{:?}", report.notes);
    let detail = report.divergences.all()[0].fields[0]
        .detail
        .clone()
        .unwrap();
    let lines: Vec<&str> = detail.lines().take(3).collect();
    assert_eq!(lines[0], "read as control file");
    assert!(
        lines[1].starts_with("  field Checksums-Sha256 hello_1.0_amd64.deb: is "),
        "{detail}"
    );
    assert_eq!(
        lines[2],
        "  field Installed-Build-Depends gcc: is (= 1) | (= 2)"
    );
    assert_eq!(place.run(&["compare", &left, &left]).status, 0);
}

fn a_listed_file_that_changed_is_found_although_both_lists_are_equal() {
    let place = Place::new(&[]);
    for directory in ["a", "b"] {
        write(&place, directory, CHANGES, &[("x.txt", b"one\n")]);
    }
    std::fs::write(place.path("b/x.txt"), b"two\n").unwrap();
    let (left, right) = (format!("a/{CHANGES}"), format!("b/{CHANGES}"));
    let (status, report) = place.report(&left, &right, &[]);
    assert_eq!(
        (status, rows(&report)),
        (1, vec!["x.txt Changed content".to_owned()])
    );
    assert_eq!(
        report.notes,
        ["right: 1 listed file is not of the size or digest that the control file says"]
    );
}

fn files_pair_without_version_and_compression() {
    let place = Place::new(&[]);
    let tarball = |content: &[u8]| archive(&[file("hello/f", content)]);
    write(
        &place,
        "a",
        "hello_1.0.dsc",
        &[("hello_1.0.tar.gz", &tarball(b"1"))],
    );
    write(
        &place,
        "b",
        "hello_1.1.dsc",
        &[("hello_1.1.tar.xz", &tarball(b"2"))],
    );
    let (status, report) = place.report("a/hello_1.0.dsc", "b/hello_1.1.dsc", &[]);
    assert_eq!(
        (status, rows(&report)),
        (
            1,
            vec![
                "hello_1.0.dsc Changed content".to_owned(),
                "hello_1.0.tar.gz/hello/f Changed content".to_owned(),
            ]
        )
    );
}

fn what_is_not_beside_a_control_file_is_noted() {
    let place = Place::new(&[]);
    for directory in ["a", "b"] {
        let files: [(&str, &[u8]); 3] = [("x", b"x"), ("y", b"y"), ("z", b"z")];
        write(&place, directory, CHANGES, &files);
    }
    std::fs::remove_file(place.path("a/x")).unwrap();
    std::fs::remove_file(place.path("b/y")).unwrap();
    std::fs::create_dir(place.path("b/y")).unwrap();
    std::fs::remove_file(place.path("b/z")).unwrap();
    let fifo = place.shell("mkfifo b/z");
    assert_eq!(fifo.status, 0);
    let (left, right) = (format!("a/{CHANGES}"), format!("b/{CHANGES}"));
    let (status, report) = place.report(&left, &right, &[]);
    assert_eq!(
        (status, report.notes),
        (
            0,
            vec![
                "left: 1 listed file is not beside the control file, and not compared".to_owned(),
                "right: 2 listed files are not beside the control file, and not compared"
                    .to_owned(),
            ]
        )
    );
    let said = place.shell(&format!("cat a/{CHANGES} | \"$0\" compare - b/{CHANGES}"));
    assert!(
        said.out.contains("left: 3 listed files are not beside"),
        "{said:?}"
    );
    assert_eq!(said.status, 0);
}

fn a_name_that_leads_elsewhere_is_trouble_and_the_rest_is_compared() {
    let place = Place::new(&[("secret", b"1"), ("a/x", b"1"), ("b/x", b"2")]);
    for (directory, content) in [("a", b"1"), ("b", b"2")] {
        let files: [(&str, &[u8]); 3] = [("../secret", b"1"), ("..", b""), ("x", content)];
        std::fs::write(
            place.path(directory).join("c.changes"),
            control("1", &files),
        )
        .unwrap();
    }
    let (status, report) = place.report("a/c.changes", "b/c.changes", &[]);
    assert_eq!(
        (status, rows(&report)),
        (
            2,
            vec![
                "c.changes Changed content".to_owned(),
                "x Changed content".to_owned()
            ]
        )
    );
    assert_eq!(
        report.trouble.unwrap().what,
        "a/c.changes: lists `../secret`, which is no name of a file beside it"
    );
}

fn a_listed_file_that_is_no_match_is_trouble_and_the_rest_is_compared() {
    let place = Place::new(&[]);
    let package = package(b"1");
    write(
        &place,
        "a",
        CHANGES,
        &[("hello.deb", &package), ("x", b"1")],
    );
    write(
        &place,
        "b",
        CHANGES,
        &[("hello.deb", b"<html>"), ("x", b"2")],
    );
    let (left, right) = (format!("a/{CHANGES}"), format!("b/{CHANGES}"));
    let (status, report) = place.report(&left, &right, &[]);
    assert_eq!(
        (status, rows(&report)),
        (
            2,
            vec![
                format!("{CHANGES} Changed size,content"),
                "x Changed content".to_owned()
            ]
        )
    );
    let trouble = report.trouble.unwrap();
    assert_eq!(
        trouble.what,
        "b/hello.deb: is an HTML page, which is not read; the left input is an ar archive"
    );
    assert_eq!(
        trouble.hint.as_deref(),
        Some("was an error page downloaded in place of the archive?")
    );
}

fn a_list_that_leads_round_in_a_circle_ends() {
    let place = Place::new(&[]);
    for (directory, version) in [("a", "1"), ("b", "2")] {
        let list: [(&str, &[u8]); 2] = [("x.changes", b""), ("y.dsc", b"")];
        std::fs::create_dir(place.path(directory)).unwrap();
        for name in ["x.changes", "y.dsc"] {
            std::fs::write(place.path(directory).join(name), control(version, &list)).unwrap();
        }
    }
    let (status, report) = place.report("a/x.changes", "b/x.changes", &[]);
    assert_eq!(
        (status, rows(&report)),
        (
            1,
            vec![
                "x.changes Changed content".to_owned(),
                "y.dsc Changed content".to_owned()
            ]
        )
    );
}

fn a_list_of_a_million_files_is_cut() {
    let lines: Vec<String> = (0..1_000_000).map(|at| format!(" 00 1 f{at}\n")).collect();
    let text = format!(
        "Format: 1.8\nSource: x\nBinary: x\nFiles:\n{}",
        lines.concat()
    );
    let place = Place::new(&[("a", text.as_bytes())]);
    let (status, report) = place.report("a", "a", &[]);
    let cut = "the control file was read in part: it lists more than 10,000 files, or has more \
        than 16 MiB";
    let absent = "10000 listed files are not beside the control file, and not compared";
    assert_eq!(status, 0);
    assert_eq!(
        report.notes,
        [
            format!("left: {absent}"),
            format!("left: {cut}"),
            format!("right: {absent}"),
            format!("right: {cut}"),
        ]
    );
}
