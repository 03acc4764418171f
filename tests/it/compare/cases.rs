//! The pairs of `testdata/compare`: one for every field and archive name, byte for byte.

use std::collections::BTreeSet;
use std::fs;

use crate::support::compared::{found, report};
use crate::support::harness::Test;
use crate::support::run::{TWINROOT, testdata};

pub(crate) const TESTS: &[Test] = &[test!(
    every_pair_is_named_as_expected_and_every_name_has_a_pair
)];

/// What is found of a pair, a line each, sorted: entries first, then aspects of the archive.
fn lines(left: &[u8], right: &[u8]) -> String {
    let (entries, aspects) = found(&report(left, right));
    let aspects = aspects.into_iter().map(|name| format!("archive {name}"));
    let lines: Vec<String> = entries.into_iter().chain(aspects).collect();
    lines.join("\n") + "\n"
}

fn every_pair_is_named_as_expected_and_every_name_has_a_pair() {
    let place = testdata("compare");
    let mut wrong = Vec::new();
    let mut named = BTreeSet::new();
    for case in fs::read_dir(&place).unwrap() {
        let case = case.unwrap().path();
        if !case.is_dir() {
            continue;
        }
        let read = |name: &str| fs::read(case.join(name)).unwrap();
        let found = lines(&read("left.tar"), &read("right.tar"));
        let expected = fs::read_to_string(case.join("expected.txt")).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{}:\n{found}", case.display()));
        }
        for word in expected.split_whitespace() {
            // Names of one kind are listed once: `xattr:NAME`, `pax:NAME`, `acl:NAME`.
            let kind = word.split_once(':').map_or(word, |(kind, _)| kind);
            let _ = named.insert(word.to_owned());
            let _ = named.insert(format!("{kind}:NAME"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // No tarball has these; `zips` tests them.
    let _ = named.insert("zip:NAME".to_owned());
    let listing = std::process::Command::new(TWINROOT)
        .args(["compare", "--list-fields"])
        .output()
        .unwrap();
    let listing = String::from_utf8(listing.stdout).unwrap();
    let names = listing.lines().filter(|line| line.starts_with("  "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    let without: Vec<_> = names.filter(|name| !named.contains(*name)).collect();
    assert_eq!(without, Vec::<&str>::new(), "names without a pair");
}
