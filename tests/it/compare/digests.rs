//! Entries that are called by a digest of what they hold: they pair by that.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use twinroot::compare::{Digests, Options};
use twinroot::report::{Listing, Report, text};

use crate::support::archive::{Spec, archive, file};
use crate::support::compared::{found, report_with};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(blobs_pair_with_those_that_hold_most_of_the_same),
    test!(what_is_compressed_pairs_by_what_is_inside),
    test!(the_only_ones_of_a_form_pair_and_several_that_are_not_alike_do_not),
    test!(a_name_without_a_digest_pairs_with_nothing_else),
    test!(a_changed_entry_says_what_it_is_called_on_the_left),
];

fn compared(left: &[Spec], right: &[Spec]) -> Report {
    let options = Options {
        digests: Digests::Paired,
        ..Options::default()
    };
    report_with(&archive(left), &archive(right), &options)
}

fn digest(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn name(content: &[u8]) -> String {
    format!("blobs/sha256/{}", digest(content))
}

fn blob(content: &[u8]) -> Spec {
    file(&name(content), content)
}

/// A text of many lines, of which the last one is given.
fn lines(subject: &str, last: &str) -> Vec<u8> {
    let lines = (0..200).map(|n| format!("{subject} number {n}, {}\n", n * 7919));
    let mut text: String = lines.collect();
    text.push_str(last);
    text.into_bytes()
}

fn rows(report: &Report) -> Vec<String> {
    found(report).0.into_iter().collect()
}

fn blobs_pair_with_those_that_hold_most_of_the_same() {
    let subjects = ["apples", "pears", "plums"];
    let old = subjects.map(|subject| lines(subject, "old\n"));
    let new = subjects.map(|subject| lines(subject, "new\n"));
    let sorted = |contents: &[Vec<u8>]| {
        let mut blobs: Vec<Spec> = contents.iter().map(|content| blob(content)).collect();
        blobs.sort_by(|a, b| a.name.cmp(&b.name));
        blobs
    };
    let report = compared(&sorted(&old), &sorted(&new));
    let pairs: std::collections::BTreeSet<_> = report
        .divergences
        .iter()
        .map(|row| (row.left_path.clone().unwrap(), row.path.clone()))
        .collect();
    let expected = old
        .iter()
        .zip(&new)
        .map(|(old, new)| (name(old), name(new)));
    assert_eq!(pairs, expected.collect());
    for row in report.divergences.iter() {
        let names: Vec<_> = row.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["content"]);
        let detail = row.fields[0].detail.as_deref().unwrap();
        assert!(detail.ends_with("-old\n+new\n"), "{detail}");
    }
}

fn what_is_compressed_pairs_by_what_is_inside() {
    let gzip = |content: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    };
    let [apples, pears] = ["apples", "pears"].map(|subject| gzip(&lines(subject, "old\n")));
    let [riper, softer] = ["apples", "pears"].map(|subject| gzip(&lines(subject, "new\n")));
    let report = compared(
        &[blob(&apples), blob(&pears)],
        &[blob(&softer), blob(&riper)],
    );
    let pairs: Vec<_> = report
        .divergences
        .iter()
        .map(|row| (row.left_path.clone().unwrap(), row.path.clone()))
        .collect();
    assert_eq!(pairs.len(), 2);
    assert!(pairs.contains(&(name(&apples), name(&riper))));
}

fn the_only_ones_of_a_form_pair_and_several_that_are_not_alike_do_not() {
    let debug = |id: &str, content: &[u8]| {
        let path = format!("usr/lib/debug/.build-id/{}/{}.debug", &id[..2], &id[2..]);
        file(&path, content)
    };
    let id = |content: &[u8]| digest(content)[..40].to_owned();
    let [a, b, c, d] = [
        &b"\x7fELF a"[..],
        b"\x7fELF bbbb",
        b"\x7fELF ccccccc",
        b"\x7fELF dd",
    ];
    let report = compared(&[debug(&id(a), a)], &[debug(&id(b), b)]);
    assert_eq!(report.divergences.len(), 1);
    assert!(report.divergences.all()[0].left_path.is_some());
    let (left, right) = (
        [debug(&id(a), a), debug(&id(b), b)],
        [debug(&id(c), c), debug(&id(d), d)],
    );
    let kinds: Vec<_> = rows(&compared(&left, &right))
        .into_iter()
        .map(|row| row.rsplit(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "left-only").count(), 2);
    assert_eq!(kinds.iter().filter(|kind| *kind == "right-only").count(), 2);
}

fn a_name_without_a_digest_pairs_with_nothing_else() {
    let report = compared(
        &[file("old-name", &lines("apples", "old\n"))],
        &[file("new-name", &lines("apples", "new\n"))],
    );
    assert_eq!(
        rows(&report),
        ["new-name#1 right-only", "old-name#1 left-only"]
    );
}

fn a_changed_entry_says_what_it_is_called_on_the_left() {
    let (old, new) = (lines("apples", "old\n"), lines("apples", "new\n"));
    let report = compared(&[blob(&old)], &[blob(&new)]);
    let text = text(&report, Listing::Cut);
    let line = text
        .lines()
        .find(|line| line.starts_with("blobs/"))
        .unwrap();
    assert_eq!(line, format!("{}  on the left {}", name(&new), name(&old)));
}
