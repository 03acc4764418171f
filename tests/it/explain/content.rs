//! The pairs of `testdata/content`: contents of every format, and what is said of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use twinroot::explain::content::{Explainer, format_names};
use twinroot::report::sentences::fact::line;

use crate::support::harness::Test;
use crate::support::run::testdata;

pub(crate) const TESTS: &[Test] = &[
    test!(every_pair_reads_as_expected_and_every_format_has_a_pair),
    test!(equal_contents_have_nothing_to_explain),
    test!(a_pair_cut_anywhere_is_read_without_failing),
    test!(broken_contents_are_read_without_failing),
];

struct Pair {
    place: PathBuf,
    path: Vec<u8>,
    left: Vec<u8>,
    right: Vec<u8>,
}

fn pairs() -> Vec<Pair> {
    let place = testdata("content");
    let cases = fs::read_dir(place)
        .unwrap()
        .map(|case| case.unwrap().path());
    let mut cases: Vec<_> = cases.filter(|case| case.is_dir()).collect();
    cases.sort();
    let pair = |place: PathBuf| {
        let read = |name: &str| fs::read(place.join(name)).unwrap();
        Pair {
            path: read("path"),
            left: read("left"),
            right: read("right"),
            place,
        }
    };
    cases.into_iter().map(pair).collect()
}

/// What is said of a pair, as a report has it.
fn said(path: &[u8], left: &[u8], right: &[u8]) -> String {
    let Some(explanation) = Explainer::default().explain(path, left, right) else {
        return "nothing\n".to_owned();
    };
    let lines = explanation
        .facts
        .iter()
        .map(|fact| format!("  {}\n", line(fact)));
    format!(
        "read as {}\n{}",
        explanation.format,
        lines.collect::<String>()
    )
}

fn every_pair_reads_as_expected_and_every_format_has_a_pair() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for pair in pairs() {
        let said = said(&pair.path, &pair.left, &pair.right);
        let expected = fs::read_to_string(pair.place.join("expected.txt")).unwrap_or_default();
        if said != expected {
            wrong.push(format!("{}\n{said}", pair.place.display()));
        }
        let format = said.lines().next().unwrap_or_default();
        let _ = seen.insert(format.trim_start_matches("read as ").to_owned());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let without: Vec<_> = format_names()
        .filter(|name| !seen.contains(*name))
        .collect();
    assert_eq!(without, Vec::<&str>::new(), "formats without a pair");
}

fn equal_contents_have_nothing_to_explain() {
    for pair in pairs() {
        for content in [&pair.left, &pair.right] {
            assert_eq!(
                said(&pair.path, content, content),
                "nothing\n",
                "{}",
                pair.place.display()
            );
        }
    }
}

fn a_pair_cut_anywhere_is_read_without_failing() {
    for pair in pairs() {
        for length in 0..pair.right.len().min(2000) {
            let _ = said(&pair.path, &pair.left, &pair.right[..length]);
        }
    }
}

proptest! {
    fn broken_contents_are_read_without_failing(
        which in 0..pairs().len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let Pair { path, left, mut right, .. } = pairs().swap_remove(which);
        for (at, byte) in changes {
            if !right.is_empty() {
                let at = at.index(right.len());
                right[at] = byte;
            }
        }
        let _ = said(&path, &left, &right);
    }
}
