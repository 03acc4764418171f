use std::sync::Arc;

use super::*;
use crate::debian::shared_file::lines;
use crate::trace::line_history::LineHistories;
use crate::trace::log::{Bytes, LineChange};

/// A change of a file: the package whose postinst did it, lines that went, lines that came.
type Step = [&'static str; 3];

/// One side: what was done, and the file as it is in the archive.
type Built<'a> = (&'a [Step], &'a str);

fn process(package: &str) -> Arc<Process> {
    let script = Script {
        package: package.to_owned(),
        name: "postinst".to_owned(),
        arguments: vec![],
    };
    Arc::new(Process {
        script: (!package.is_empty()).then_some(script),
        ..Process::default()
    })
}

fn histories(path: &str, steps: &[Step]) -> LineHistories {
    let lines = |text: &str| -> Vec<Bytes> {
        let lines = text.split_terminator('\n');
        lines.map(|line| Bytes::from(line.as_bytes())).collect()
    };
    let processes: Vec<_> = steps.iter().map(|[package, ..]| process(package)).collect();
    let changes = steps.iter().enumerate();
    let changes = changes.map(|(image, [package, removed, added])| LineChange {
        image: (!package.is_empty()).then_some(image),
        path: Bytes(format!("/tmp/mmdebstrap.x/{path}").into_bytes()),
        removed: lines(removed),
        added: lines(added),
    });
    LineHistories::new(&changes.collect::<Vec<_>>(), &[], &processes)
}

/// Whose the differing lines of a file are: `-` before those of the normal build, `+` before
/// those of the chrootless one; `?` if it is not known.
fn shared(path: &str, normal: Built<'_>, chrootless: Built<'_>) -> Vec<String> {
    let histories = [normal, chrootless].map(|(steps, _)| histories(path, steps));
    let [left, right] =
        [normal, chrootless].map(|(_, text)| lines(path.as_bytes(), text.as_bytes()));
    let file = BothFiles {
        path: path.as_bytes(),
        left: &left,
        right: &right,
    };
    let [normal, chrootless] = &histories;
    let both = BothHistories {
        normal: normal.inside(path.as_bytes()).unwrap(),
        chrootless: chrootless.inside(path.as_bytes()).unwrap(),
    };
    match shares(file, both, None) {
        Some(shares) => shares.iter().map(text).collect(),
        None => vec!["?".to_owned()],
    }
}

fn text(share: &Share<'_>) -> String {
    let signed = |sign: &str, lines: &[Vec<u8>]| -> String {
        let line = |line: &Vec<u8>| format!(" {sign}{}", String::from_utf8_lossy(line));
        lines.iter().map(line).collect()
    };
    let deeds: Vec<String> = share
        .deeds
        .iter()
        .map(|deed| format!("{:?} {}", deed.builds, deed.lines))
        .collect();
    format!(
        "{} ({}):{}{}",
        share.script.package,
        deeds.join(", "),
        signed("-", &share.left),
        signed("+", &share.right)
    )
}

#[test]
fn each_line_belongs_to_the_script_that_is_why_it_differs() {
    const SHELLS: &str = "etc/shells";
    let cases: [(Built<'_>, Built<'_>, &[&str]); 10] = [
        // Two scripts left a line out; a third wrote the file last, correctly.
        (
            (
                &[["a", "", "/a"], ["b", "", "/b"], ["c", "", "/c"]],
                "/a\n/b\n/c\n",
            ),
            (&[["c", "", "/c"]], "/c\n"),
            &["a (Normal 1): -/a", "b (Normal 1): -/b"],
        ),
        // One removed it in one build.
        (
            (&[["a", "", "/a"], ["b", "/a", ""]], ""),
            (&[["a", "", "/a"]], "/a\n"),
            &["b (Normal 1): +/a"],
        ),
        (
            (&[["a", "", "/a"]], "/a\n"),
            (&[["a", "", "/a"], ["b", "/a", ""]], ""),
            &["b (Chrootless 1): -/a"],
        ),
        // Made, removed and made again.
        (
            (&[["a", "", "/a"], ["b", "/a", ""], ["c", "", "/a"]], "/a\n"),
            (&[["a", "", "/a"], ["b", "/a", ""]], ""),
            &["c (Normal 1): -/a"],
        ),
        // Equal lines, each with its maker.
        (
            (
                &[["a", "", "/a"], ["b", "", "/a"], ["c", "", "/a"]],
                "/a\n/a\n/a\n",
            ),
            (&[["b", "", "/a"]], "/a\n"),
            &["a (Normal 1): -/a", "c (Normal 1): -/a"],
        ),
        // A sorter moves lines and changes none.
        (
            (&[["a", "", "/a"]], "/x\n/a\n"),
            (&[["a", "", "/a"]], "/a\n/x\n"),
            &[],
        ),
        // Each build has a line of its own.
        (
            (&[["a", "", "/a"]], "/a\n"),
            (&[["b", "", "/b"]], "/b\n"),
            &["a (Normal 1): -/a", "b (Chrootless 1): +/b"],
        ),
        // The same script did something else.
        (
            (&[["a", "", "/a"]], "/a\n"),
            (&[["a", "", "/a\n/a"]], "/a\n/a\n"),
            &["a (Both 1): +/a"],
        ),
        // Nobody saw who made it.
        ((&[["a", "", "/a"]], "/a\n/x\n"), (&[], ""), &["?"]),
        ((&[["", "", "/a"]], "/a\n"), (&[], ""), &["?"]),
    ];
    for (normal, chrootless, expected) in cases {
        let found = shared(SHELLS, normal, chrootless);
        assert_eq!(found, expected, "{normal:?} {chrootless:?}");
    }
}

#[test]
fn what_others_make_of_a_line_that_differs_already_is_not_theirs() {
    let cases: [(Built<'_>, Built<'_>, &[&str]); 4] = [
        // The second script adds its member in both builds.
        (
            (
                &[["a", "g:x:5:", "g:x:5:a"], ["b", "g:x:5:a", "g:x:5:a,b"]],
                "g:x:5:a,b\n",
            ),
            (&[["b", "g:x:5:", "g:x:5:b"]], "g:x:5:b\n"),
            &["a (Normal 2): -g:x:5:a,b +g:x:5:b"],
        ),
        (
            (
                &[["a", "g:x:5:", "g:x:5:a"], ["b", "g:x:5:a", "g:x:5:a,b"]],
                "g:x:5:a,b\n",
            ),
            (&[["a", "g:x:5:", "g:x:5:a"]], "g:x:5:a\n"),
            &["b (Normal 2): -g:x:5:a,b +g:x:5:a"],
        ),
        // The first one added another member.
        (
            (
                &[["a", "g:x:5:", "g:x:5:a"], ["b", "g:x:5:a", "g:x:5:a,b"]],
                "g:x:5:a,b\n",
            ),
            (
                &[["a", "g:x:5:", "g:x:5:z"], ["b", "g:x:5:z", "g:x:5:z,b"]],
                "g:x:5:z,b\n",
            ),
            &["a (Both 2): -g:x:5:a,b +g:x:5:z,b"],
        ),
        // An account is missing, and the next one has its id.
        (
            (
                &[["a", "", "u:x:100:"], ["b", "", "v:x:101:"]],
                "u:x:100:\nv:x:101:\n",
            ),
            (&[["b", "", "v:x:100:"]], "v:x:100:\n"),
            &["a (Normal 3): -u:x:100: -v:x:101: +v:x:100:"],
        ),
    ];
    for (normal, chrootless, expected) in cases {
        let found = shared("etc/group", normal, chrootless);
        assert_eq!(found, expected, "{normal:?} {chrootless:?}");
    }
}

#[test]
fn a_record_belongs_to_several_scripts_by_its_fields() {
    let config = "var/cache/debconf/config.dat";
    let found = shared(
        config,
        (
            &[
                ["a", "", "Name: q\nq: Value: yes\nq: Owners: a"],
                ["b", "q: Owners: a", "q: Owners: a, b"],
            ],
            "Name: q\nValue: yes\nOwners: a, b\n",
        ),
        (
            &[["a", "", "Name: q\nq: Value: no\nq: Owners: a"]],
            "Name: q\nValue: no\nOwners: a\n",
        ),
    );
    assert_eq!(
        found,
        [
            "a (Both 2): -q: Value: yes +q: Value: no",
            "b (Normal 2): -q: Owners: a, b +q: Owners: a"
        ]
    );
}

/// Whose the differing lines of `etc/group-` are, given what was done to it and to `etc/group` in
/// both builds: history and file as it is, of the original and of the copy.
fn shared_copy(original: [Built<'_>; 2], copy: [Built<'_>; 2]) -> Vec<String> {
    let of = |path: &str, both: [Built<'_>; 2]| {
        (
            both.map(|(steps, _)| histories(path, steps)),
            both.map(|(_, text)| lines(path.as_bytes(), text.as_bytes())),
        )
    };
    let both = |path: &str, [normal, chrootless]: &'static [LineHistories; 2]| BothHistories {
        normal: normal.inside(path.as_bytes()).unwrap(),
        chrootless: chrootless.inside(path.as_bytes()).unwrap(),
    };
    let file = |path: &'static str, [left, right]: &'static [Vec<Vec<u8>>; 2]| BothFiles {
        path: path.as_bytes(),
        left,
        right,
    };
    let (group, group_lines) = &*Box::leak(Box::new(of("etc/group", original)));
    let (group_copy, copy_lines) = &*Box::leak(Box::new(of("etc/group-", copy)));
    let of_original = shares(
        file("etc/group", group_lines),
        both("etc/group", group),
        None,
    )
    .unwrap();
    let original = Original {
        path: b"etc/group",
        shares: &of_original,
        histories: both("etc/group", group),
    };
    let found = shares(
        file("etc/group-", copy_lines),
        both("etc/group-", group_copy),
        Some(original),
    );
    found.unwrap().iter().map(text).collect()
}

#[test]
fn a_copy_differs_where_its_file_does_because_of_the_same_script() {
    // The same line: `a` left it out, and `b` made the copy.
    assert_eq!(
        shared_copy(
            [
                (&[["a", "", "u:x:5:"]], "u:x:5:\n"),
                (&[["b", "", "v:x:6:"]], "v:x:6:\n"),
            ],
            [(&[["b", "", "u:x:5:"]], "u:x:5:\n"), (&[], "")],
        ),
        ["a (Normal 1): -u:x:5:"]
    );
    // The line of before another script put a member into the group.
    assert_eq!(
        shared_copy(
            [
                (
                    &[["a", "", "u:x:5:"], ["b", "u:x:5:", "u:x:5:b"]],
                    "u:x:5:b\n"
                ),
                (&[], ""),
            ],
            [(&[["b", "", "u:x:5:"]], "u:x:5:\n"), (&[], "")],
        ),
        ["a (Normal 1): -u:x:5:"]
    );
}

#[test]
fn a_copy_of_which_the_file_is_not_known_is_theirs_who_made_it() {
    let copied: &[Step] = &[["b", "", "u:x:5:"]];
    assert_eq!(
        shared("etc/group-", (copied, "u:x:5:\n"), (&[], "")),
        ["b (Normal 1): -u:x:5:"]
    );
}

#[test]
fn a_copy_differs_where_its_file_does_not_because_of_who_made_it() {
    // Both builds have the member, and `c` copies the file once more in one of them.
    assert_eq!(
        shared_copy(
            [
                (
                    &[["a", "", "u:x:5:"], ["b", "u:x:5:", "u:x:5:b"]],
                    "u:x:5:b\n"
                ),
                (
                    &[["a", "", "u:x:5:"], ["b", "u:x:5:", "u:x:5:b"]],
                    "u:x:5:b\n"
                ),
            ],
            [
                (
                    &[["b", "", "u:x:5:"], ["c", "u:x:5:", "u:x:5:b"]],
                    "u:x:5:b\n"
                ),
                (&[["b", "", "u:x:5:"]], "u:x:5:\n"),
            ],
        ),
        ["c (Normal 2): -u:x:5:b +u:x:5:"]
    );
}
