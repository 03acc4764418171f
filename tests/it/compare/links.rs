//! Hard links: the names of one file, in whatever roles.

use std::process::Command;

use twinroot::report::{Listing, Report, from_json, text};

use crate::support::archive::{Spec, archive, file, special};
use crate::support::compared::report;
use crate::support::harness::Test;
use crate::support::run::TWINROOT;

pub(crate) const TESTS: &[Test] = &[
    test!(a_star_and_a_chain_are_the_same_links_in_other_roles),
    test!(another_name_as_the_file_is_one_statement_without_a_difference_of_lines),
    test!(a_file_that_differs_too_is_compared_with_what_the_link_leads_to),
    test!(a_further_name_is_no_other_role),
    test!(what_else_differs_of_a_link_is_not_explained_by_its_role),
];

fn link(name: &str, target: &str) -> Spec {
    special(name, b'1', target)
}

/// The report of two archives, of which streams and files are told apart by nothing.
fn compared(left: &[Spec], right: &[Spec]) -> Report {
    let (left, right) = (archive(left), archive(right));
    let _ = report(&left, &right);
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("left.tar"), left).unwrap();
    std::fs::write(place.path().join("right.tar"), right).unwrap();
    let output = Command::new(TWINROOT)
        .current_dir(&place)
        .args(["compare", "left.tar", "right.tar", "--json=-"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    from_json(&output.stdout).unwrap()
}

/// The text without its header.
fn shown(report: &Report) -> String {
    let text = text(report, Listing::Cut);
    let lines = text.lines().skip(3);
    lines.map(|line| format!("{line}\n")).collect()
}

fn a_star_and_a_chain_are_the_same_links_in_other_roles() {
    let star = [
        file("tmp/end", b"data\n"),
        link("tmp/link1", "tmp/end"),
        link("tmp/link2", "tmp/end"),
        link("tmp/link3", "tmp/end"),
    ];
    let mut chain = star.clone();
    chain[2] = link("tmp/link2", "tmp/link1");
    chain[3] = link("tmp/link3", "tmp/link2");
    assert_eq!(
        shown(&compared(&star, &chain)),
        "2 of 2 divergent entries explained by 1 cause\n\
         \n\
         1  the same hard links to one file, in other roles   2 entries\n   \
            tmp/link2: a link to tmp/end | a link to tmp/link1\n   \
            tmp/link3: a link to tmp/end | a link to tmp/link2\n   \
            the entries are in the JSON report\n"
    );
}

fn another_name_as_the_file_is_one_statement_without_a_difference_of_lines() {
    let content = b"one\ntwo\n";
    let left = [file("t/0", content), link("t/1", "t/0"), link("t/2", "t/0")];
    let right = [file("t/1", content), link("t/0", "t/1"), link("t/2", "t/0")];
    let report = compared(&left, &right);
    assert_eq!(
        shown(&report),
        "3 of 3 divergent entries explained by 1 cause; of the archive: entry-order\n\
         \n\
         entry-order\n  \
           1 entry stands elsewhere\n\
         \n\
         1  the same hard links to one file, in other roles   3 entries\n   \
            t/0: the file | a link to t/1\n   \
            t/1: a link to t/0 | the file\n   \
            the entries are in the JSON report\n"
    );
    let rows = report.divergences.all();
    let details: Vec<_> = rows[0]
        .fields
        .iter()
        .map(|field| (field.name.as_str(), field.detail.as_deref()))
        .collect();
    let shared = Some("the same 3 names share one file on both sides");
    assert_eq!(
        details,
        [
            ("type", None),
            ("size", None),
            ("linkname", shared),
            ("content", Some("equal through the link")),
        ]
    );
}

fn a_file_that_differs_too_is_compared_with_what_the_link_leads_to() {
    let left = [file("t/0", b"same\none\n"), link("t/1", "t/0")];
    let right = [file("t/1", b"same\ntwo\n"), link("t/0", "t/1")];
    let report = compared(&left, &right);
    assert_eq!(report.causes.len(), 0);
    for row in report
        .divergences
        .iter()
        .filter(|row| !row.fields.is_empty())
    {
        let content = row.fields.iter().find(|field| field.name == "content");
        let detail = content.and_then(|field| field.detail.as_deref());
        assert_eq!(detail, Some("@@ -1,2 +1,2 @@\n same\n-one\n+two\n"));
    }
}

fn a_further_name_is_no_other_role() {
    let left = [file("a", b"x"), link("b", "a"), link("c", "b")];
    let right = [
        file("a", b"x"),
        link("b", "a"),
        link("c", "a"),
        link("d", "a"),
    ];
    let report = compared(&left, &right);
    assert_eq!(report.causes.len(), 0);
    let rows = report.divergences.all();
    let names: Vec<_> = rows.iter().map(|row| row.path.as_str()).collect();
    assert_eq!(names, ["c", "d"]);
    assert_eq!(rows[0].fields[0].detail, None);
}

fn what_else_differs_of_a_link_is_not_explained_by_its_role() {
    let left = [file("a", b"x"), link("b", "a"), link("c", "a")];
    let mut right = left.clone();
    right[2] = Spec {
        mode: 0o600,
        ..link("c", "b")
    };
    let report = compared(&left, &right);
    assert_eq!(report.causes.len(), 0);
    let rows = report.divergences.all();
    let names: Vec<_> = rows[0]
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(names, ["mode", "linkname"]);
}
