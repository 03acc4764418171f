//! Every report says what was capped or not looked at.

use twinroot::compare::{ContentPolicy, Depth, Options};

use crate::support::archive::{archive, file};
use crate::support::compared::report_with;
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(contents_that_are_capped_are_counted_by_reason),
    test!(what_was_not_looked_at_is_said),
];

fn notes(left: &[u8], right: &[u8], change: impl Fn(&mut Options)) -> Vec<String> {
    let mut options = Options::default();
    change(&mut options);
    report_with(left, right, &options).notes
}

/// Two texts of 300 lines and a content that is larger than what is digested.
fn side(line: &str, byte: u8) -> Vec<u8> {
    let text = line.repeat(300);
    archive(&[
        file("./a", text.as_bytes()),
        file("./b", text.as_bytes()),
        file("./big", &vec![byte; (4 << 20) + 1]),
    ])
}

fn contents_that_are_capped_are_counted_by_reason() {
    let (left, right) = (side("left\n", b'l'), side("right\n", b'r'));
    let undigested = "no digest for 1 divergent content: larger than 4194304 bytes";
    let large =
        "1 divergent content is shown at the first difference only: larger than 1048576 bytes";
    let none: fn(&mut Options) = |_| {};
    assert_eq!(notes(&left, &right, none), [undigested, large]);
    assert_eq!(
        notes(&left, &right, |options| options.limits.details = 100),
        [
            undigested,
            "2 divergent contents are not shown: the limit on details is reached",
            "1 divergent content is shown in part: the limit on details is reached",
        ]
    );
    assert_eq!(
        notes(&left, &right, |options| options.content =
            ContentPolicy::Omit),
        [
            undigested,
            "3 divergent contents are not shown: contents were left out"
        ]
    );
    assert_eq!(
        notes(&left, &right, |options| options.ignore =
            vec!["content".to_owned()]),
        [""; 0]
    );
}

fn what_was_not_looked_at_is_said() {
    let (left, right) = (side("left\n", b'l'), side("right\n", b'l'));
    assert_eq!(
        notes(&left, &right, |options| options.depth = Depth::Verdict),
        ["only the verdict was asked for: no entry was looked at"]
    );
    let cut = &right[..right.len() / 1024 * 512];
    assert_eq!(
        notes(&left, cut, |_| {}),
        ["right: entries after the first 3 were not looked at"]
    );
    assert_eq!(notes(&left, &left, |_| {}), [""; 0]);
}
