//! Every archive name, and which entry goes with which: duplicates, moves, order, the end.

use crate::support::archive::{Spec, archive, file, global, unended};
use crate::support::compared::{check, report};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(entries_on_one_side_and_duplicates_by_occurrence),
    test!(a_moved_entry_is_one_row),
    test!(the_fewest_entries_that_moved_are_reordered),
    test!(an_entry_may_be_reordered_and_changed),
    test!(global_headers_are_named_and_their_values_apply),
    test!(a_global_header_elsewhere_is_a_global_header),
    test!(the_end_of_the_archive_is_compared),
    test!(zero_blocks_in_the_middle_hide_nothing),
    test!(the_filling_of_the_last_record_follows_from_the_entries),
];

fn entries_on_one_side_and_duplicates_by_occurrence() {
    let f = |content: &[u8]| file("./f", content);
    check(
        &archive(&[file("./a", b"1"), file("./b", b"2")]),
        &archive(&[file("./b", b"2"), file("./c", b"3")]),
        &["./a#1 left-only", "./c#1 right-only"],
        &[],
    );
    check(
        &archive(&[f(b"1"), f(b"2")]),
        &archive(&[f(b"1"), f(b"3")]),
        &["./f#2 changed content"],
        &[],
    );
    check(
        &archive(&[f(b"1"), f(b"2"), f(b"3")]),
        &archive(&[f(b"1"), f(b"2")]),
        &["./f#3 left-only"],
        &[],
    );
    check(
        &archive(&[f(b"1"), file("./g", b""), f(b"2")]),
        &archive(&[f(b"1"), file("./h", b""), f(b"3")]),
        &[
            "./f#2 changed content",
            "./g#1 left-only",
            "./h#1 right-only",
        ],
        &[],
    );
}

fn a_moved_entry_is_one_row() {
    let content = b"the same content".as_slice();
    let (left, right) = (
        archive(&[file("./usr/bin/cat", content)]),
        archive(&[file("./bin/cat", content)]),
    );
    check(
        &left,
        &right,
        &["./bin/cat#1 moved from ./usr/bin/cat"],
        &[],
    );
    check(
        &right,
        &left,
        &["./usr/bin/cat#1 moved from ./bin/cat"],
        &[],
    );
    // Another mode, or no content to tell it by: two entries.
    let changed = archive(&[Spec {
        mode: 0o600,
        ..file("./bin/cat", content)
    }]);
    check(
        &left,
        &changed,
        &["./bin/cat#1 right-only", "./usr/bin/cat#1 left-only"],
        &[],
    );
    check(
        &archive(&[file("./a", b"")]),
        &archive(&[file("./b", b"")]),
        &["./a#1 left-only", "./b#1 right-only"],
        &[],
    );
    // A padding byte that differs is not lost in a move.
    let filled = archive(&[Spec {
        fill: b'P',
        ..file("./bin/cat", content)
    }]);
    check(
        &left,
        &filled,
        &["./bin/cat#1 right-only", "./usr/bin/cat#1 left-only"],
        &[],
    );
}

fn the_fewest_entries_that_moved_are_reordered() {
    let put = |order: &str| {
        archive(
            &order
                .chars()
                .map(|c| file(&format!("./{c}"), &[c as u8]))
                .collect::<Vec<_>>(),
        )
    };
    check(
        &put("abcde"),
        &put("acdeb"),
        &["./b#1 reordered"],
        &["entry-order"],
    );
    check(
        &put("abcdefgh"),
        &put("hbcdaefg"),
        &["./a#1 reordered", "./h#1 reordered"],
        &["entry-order"],
    );
    let two = report(&put("abcd"), &put("badc"));
    assert_eq!(two.divergences.len(), 2);
}

fn an_entry_may_be_reordered_and_changed() {
    let f = |name: &str, content: &[u8]| file(name, content);
    check(
        &archive(&[f("./a", b"1"), f("./b", b"2"), f("./c", b"3")]),
        &archive(&[f("./b", b"2"), f("./c", b"3"), f("./a", b"9")]),
        &["./a#1 changed content", "./a#1 reordered"],
        &["entry-order"],
    );
}

fn global_headers_are_named_and_their_values_apply() {
    let with = |records: &[(&str, &str)]| {
        let entry = Spec {
            before: global(records),
            ..file("./f", b"x")
        };
        archive(&[entry, file("./g", b"y")])
    };
    check(
        &with(&[("comment", "a")]),
        &with(&[("comment", "b")]),
        &[],
        &["global-header"],
    );
    check(
        &with(&[("mtime", "1")]),
        &with(&[("mtime", "2")]),
        &["./f#1 changed mtime", "./g#1 changed mtime"],
        &["global-header"],
    );
    let own = |value| {
        archive(&[Spec {
            before: global(&[("mtime", value)]),
            ..file("./f", b"x").pax("mtime", b"5")
        }])
    };
    check(&own("1"), &own("2"), &[], &["global-header"]);
}

fn a_global_header_elsewhere_is_a_global_header() {
    let g = global(&[("mtime", "1700000000")]);
    let (a, b) = (file("./a", b"1"), file("./b", b"2"));
    let at = |first: bool| {
        let place = |here: bool, spec: &Spec| Spec {
            before: if here { g.clone() } else { Vec::new() },
            ..spec.clone()
        };
        archive(&[place(first, &a), place(!first, &b)])
    };
    check(&at(true), &at(false), &[], &["global-header"]);
    let end = [unended(&[a.clone(), b.clone()]), g.clone(), vec![0; 1024]].concat();
    let start = [g, unended(&[a, b]), vec![0; 1024]].concat();
    check(&start, &end, &[], &["global-header"]);
}

fn the_end_of_the_archive_is_compared() {
    let entries = unended(&[file("./f", b"x")]);
    let with = |tail: &[u8]| [&entries[..], tail].concat();
    let zeros = vec![0; 20_480];
    check(
        &with(&zeros[..1024]),
        &with(&zeros[..2048]),
        &[],
        &["trailing-blocks"],
    );
    check(&with(&[]), &with(&zeros[..1024]), &[], &["trailing-blocks"]);
    check(
        &with(&zeros[..512]),
        &with(&zeros[..1024]),
        &[],
        &["trailing-blocks"],
    );
    check(
        &with(&zeros[..1024]),
        &with(&[&zeros[..1024], b"tail"].concat()),
        &[],
        &["trailing-data"],
    );
    check(
        &with(&[&zeros[..1024], b"one"].concat()),
        &with(&[&zeros[..1024], b"two"].concat()),
        &[],
        &["trailing-data"],
    );
    check(
        &with(&zeros[..1024]),
        &with(&[&zeros[..2048], b"tail"].concat()),
        &[],
        &["trailing-blocks", "trailing-data"],
    );
    // A second archive after the end is data after the end.
    check(
        &with(&zeros[..1024]),
        &with(&[&zeros[..1024], &entries[..]].concat()),
        &[],
        &["trailing-data"],
    );
}

fn zero_blocks_in_the_middle_hide_nothing() {
    let (a, b) = (file("./a", b"1").bytes(), file("./b", b"2").bytes());
    let end = vec![0; 1024];
    let gap = |b: &[u8]| [&a[..], &[0; 512], b, &end].concat();
    check(
        &gap(&b),
        &gap(&file("./b", b"3").bytes()),
        &["./b#1 changed content"],
        &[],
    );
    check(
        &[&a[..], &b, &end].concat(),
        &gap(&b),
        &[],
        &["unexplained-bytes"],
    );
}

fn the_filling_of_the_last_record_follows_from_the_entries() {
    let (a, b) = (file("./a", b"1"), file("./b", b"2"));
    check(
        &archive(std::slice::from_ref(&a)),
        &archive(&[a, b]),
        &["./b#1 right-only"],
        &[],
    );
}
