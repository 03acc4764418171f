//! Names that look alike, and types of GNU tar's own, in words.

use std::process::Command;

use twinroot::report::{Listing, Report, from_json, text};

use crate::support::archive::{Spec, archive, file, special};
use crate::support::compared::report;
use crate::support::harness::Test;
use crate::support::run::TWINROOT;

pub(crate) const TESTS: &[Test] = &[
    test!(names_that_look_the_same_are_told_apart_by_their_characters),
    test!(names_that_only_resemble_one_another_are_not_said_to_look_alike),
    test!(types_of_gnu_tar_are_told_in_words),
    test!(a_directory_of_an_incremental_dump_is_read_by_its_names),
];

fn entries(report: &Report) -> Vec<String> {
    let text = text(report, Listing::Cut);
    let lines = text.lines().skip(4).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

fn compared(left: &[Spec], right: &[Spec]) -> Vec<String> {
    entries(&report(&archive(left), &archive(right)))
}

fn names_that_look_the_same_are_told_apart_by_their_characters() {
    let moved = |name: &str| file(name, b"the same content");
    assert_eq!(
        compared(
            &[
                moved("doc/r\u{e9}sum\u{e9}"),
                file("zerowidth", b"1"),
                file("end ", b"22")
            ],
            &[
                moved("doc/re\u{301}sume\u{301}"),
                file("zero\u{200b}width", b"333"),
                file("end", b"4")
            ],
        ),
        [
            "doc/re\u{301}sume\u{301}  moved from doc/r\u{e9}sum\u{e9}, looks the same: \
             U+00E9 U+0073 U+0075 U+006D U+00E9 | U+0065 U+0301 U+0073 U+0075 U+006D U+0065 U+0301",
            "end  right only: file 0644 0:0 1 bytes, looks like end : U+0020 | none",
            "end   left only: file 0644 0:0 2 bytes, looks like end: U+0020 | none",
            "zerowidth  left only: file 0644 0:0 1 bytes, looks like zero\\u{200b}width: none | \
             U+200B",
            "zero\\u{200b}width  right only: file 0644 0:0 3 bytes, looks like zerowidth: none | \
             U+200B",
        ]
    );
}

fn names_that_only_resemble_one_another_are_not_said_to_look_alike() {
    assert_eq!(
        compared(
            &[file("lib1", b"1"), file("resume", b"2")],
            &[file("libl", b"33"), file("r\u{e9}sume", b"4")]
        ),
        [
            "lib1  left only: file 0644 0:0 1 bytes",
            "libl  right only: file 0644 0:0 2 bytes",
            "resume  left only: file 0644 0:0 1 bytes",
            "r\u{e9}sume  right only: file 0644 0:0 1 bytes",
        ]
    );
}

fn types_of_gnu_tar_are_told_in_words() {
    let rest = Spec {
        typeflag: b'M',
        ..file("big", b"the rest")
    };
    assert_eq!(
        compared(
            &[special("one", b'V', "")],
            &[special("two", b'V', ""), rest]
        ),
        [
            "big  right only: rest of a file from another volume 0644 0:0 8 bytes",
            "one  left only: volume label 0644 0:0",
            "two  right only: volume label 0644 0:0",
        ]
    );
}

fn a_directory_of_an_incremental_dump_is_read_by_its_names() {
    let place = tempfile::tempdir().unwrap();
    for (name, content) in [("a.tar", &b"Yf\0\0"[..]), ("b.tar", b"Yf\0Ynew\0\0")] {
        let dump = Spec {
            typeflag: b'D',
            ..file("t/", content)
        };
        std::fs::write(place.path().join(name), archive(&[dump])).unwrap();
    }
    let output = Command::new(TWINROOT)
        .current_dir(&place)
        .args(["compare", "a.tar", "b.tar", "--json=-"])
        .output()
        .unwrap();
    let report = from_json(&output.stdout).unwrap();
    let rows = report.divergences.all();
    let content = rows[0].fields.iter().find(|field| field.name == "content");
    assert_eq!(
        content.unwrap().detail.as_deref(),
        Some("read as GNU dumpdir\n  name new only right: is in this archive\n")
    );
}
