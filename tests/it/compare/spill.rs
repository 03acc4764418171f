//! More entries than are held in memory: the result is the one without a limit.

use std::collections::BTreeSet;

use proptest::prelude::*;
use twinroot::compare::Options;
use twinroot::report::Report;

use crate::support::archive::{Spec, archive, file, global, special};
use crate::support::compared::{found, from_files, from_streams, report, report_with};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(the_limit_of_entries_in_memory_changes_no_report),
    test!(a_hundred_thousand_entries_are_compared_with_a_thousand_in_memory),
];

fn within(entries: u64) -> Options {
    let mut options = Options::default();
    options.limits.entries = entries;
    options
}

/// One of a few names, so that there are duplicates; one of a few contents, so that there are moves.
fn entry() -> impl Strategy<Value = Spec> {
    let name = prop::sample::select(vec![
        "./a", "./b", "./b/", "./c", "./d/e", "./f", "./g", "./h",
    ]);
    let content = prop::sample::select(vec!["", "x", "y", "a longer content"]);
    (name, content, 0_u64..2, 0_u32..12).prop_map(|(name, content, uid, kind)| match kind {
        0 => special(name, b'5', ""),
        1 => Spec {
            before: global(&[("mtime", content)]),
            ..file(name, b"")
        },
        _ => Spec {
            uid,
            ..file(name, content.as_bytes())
        },
    })
}

/// Entries; the same ones in another order; which of those are replaced, and by what.
fn pair() -> impl Strategy<Value = (Vec<Spec>, Vec<Spec>)> {
    prop::collection::vec(entry(), 0..24).prop_flat_map(|left| {
        let edits = prop::collection::vec((any::<prop::sample::Index>(), entry()), 0..4);
        let order = prop_oneof![Just(left.clone()), Just(left.clone()).prop_shuffle()];
        (Just(left), order, edits).prop_map(|(left, mut right, edits)| {
            for (at, new) in edits {
                match (right.len(), new.uid) {
                    (0, _) => right.push(new),
                    (length, 0) => right[at.index(length)] = new,
                    (length, _) => drop(right.remove(at.index(length))),
                }
            }
            (left, right)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    fn the_limit_of_entries_in_memory_changes_no_report((left, right) in pair(), entries in 0_u64..5) {
        let (left, right) = (archive(&left), archive(&right));
        prop_assert_eq!(report_with(&left, &right, &within(entries)), report(&left, &right));
    }
}

/// 100,000 entries, of which every thousandth has the same name.
fn many() -> Vec<Spec> {
    let name = |n: u32| match n % 1000 {
        500 => "./again".to_owned(),
        _ => format!("./d{:02}/f{n:05}", n % 100),
    };
    (0..100_000).map(|n| file(&name(n), b"")).collect()
}

fn a_hundred_thousand_entries_are_compared_with_a_thousand_in_memory() {
    let left = many();
    let mut right = left.clone();
    right[50_000].uid = 7;
    right[60_500].mode = 0o600;
    right[80_000] = file("./new", b"content");
    right.rotate_right(300);
    right.swap(20_000, 20_001);
    let (left, right) = (archive(&left), archive(&right));
    let mut expected: BTreeSet<String> = (99_700..100_000)
        .map(|n| format!("./d{:02}/f{n:05}#1 reordered", n % 100))
        .collect();
    expected.extend(
        [
            "./again#61 changed mode",
            "./d00/f19700#1 reordered",
            "./d00/f50000#1 changed uid",
            "./d00/f80000#1 left-only",
            "./new#1 right-only",
        ]
        .map(str::to_owned),
    );
    let directory = tempfile::tempdir().unwrap();
    let (l, r) = (directory.path().join("l"), directory.path().join("r"));
    std::fs::write(&l, &left).unwrap();
    std::fs::write(&r, &right).unwrap();
    let report = |comparison| Report::from(&comparison);
    let bounded = report(from_files(&l, &r, &within(1000)));
    assert_eq!(bounded, report(from_files(&l, &r, &Options::default())));
    assert_eq!(bounded, report(from_streams(&left, &right, &within(1000))));
    let (rows, aspects) = found(&bounded);
    assert_eq!(aspects, ["entry-order"]);
    let missing: Vec<_> = expected.difference(&rows).collect();
    let more: Vec<_> = rows.difference(&expected).collect();
    assert_eq!((missing, more), (vec![], vec![]));
}
