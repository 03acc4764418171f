//! Hostile archives: huge claims, names that attack terminals, cut and corrupt inputs, limits.

use twinroot::compare::{self, Exclude, Options, Side};
use twinroot::report::{Listing, text};

use crate::support::archive::{
    GNU, Spec, archive, base256, extended, file, long, octal, padded, special, unended,
};
use crate::support::compared::{found, from_streams, report, report_with, trouble};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(a_claim_of_8_eib_is_trouble_at_once),
    test!(an_extended_header_of_7_gib_is_refused_unread),
    test!(malformed_chains_are_trouble_with_their_offset),
    test!(a_cut_archive_is_trouble_and_a_partial_comparison),
    test!(equal_but_corrupt_archives_are_trouble),
    test!(names_are_text_in_json_and_quoted_for_people),
    test!(hostile_values_and_content_are_escaped_too),
    test!(a_stream_beyond_the_spool_limit_is_trouble),
    test!(a_difference_deep_in_a_large_content_of_a_stream_is_shown),
    test!(what_options_leave_out_is_counted),
    test!(contents_are_collected_and_kept_where_asked),
    test!(mixed_dialects_of_one_archive_are_read),
];

fn a_claim_of_8_eib_is_trouble_at_once() {
    let fine = archive(&[file("./a", b"1"), file("./f", b"x")]);
    let huge = |size: i128| {
        archive(&[
            file("./a", b"2"),
            file("./f", b"x").raw(124, &base256(size, 12)),
        ])
    };
    for size in [1_i128 << 63, (1 << 63) - 1, 1 << 64, -1] {
        let report = report(&fine, &huge(size));
        let expected =
            format!("right.tar: after entry 1 `./a`: header at byte 1024: size is {size}");
        assert_eq!(trouble(&report), expected);
        assert_eq!(
            found(&report).0.iter().collect::<Vec<_>>(),
            ["./a#1 changed content"]
        );
    }
    let beyond = report(&fine, &huge(1 << 60));
    assert!(
        trouble(&beyond).starts_with("right.tar: entry 2 `./f`: archive ends at byte"),
        "{beyond:?}"
    );
}

fn an_extended_header_of_7_gib_is_refused_unread() {
    let head = Spec {
        typeflag: b'x',
        size: Some(7 << 30),
        ..file("./PaxHeaders/f", b"")
    };
    let bad = [file("./a", b"2").bytes(), head.bytes(), vec![0; 10_240]].concat();
    let report = report(&archive(&[file("./a", b"1")]), &bad);
    assert_eq!(
        trouble(&report),
        "right.tar: after entry 1 `./a`: extended header at byte 1024: 7516192768 bytes are more than the limit of 1048576"
    );
}

fn malformed_chains_are_trouble_with_their_offset() {
    let fine = archive(&[file("./f", b"x")]);
    let many: Vec<u8> = (0..17).flat_map(|_| long(b'L', "./n")).collect();
    for (bad, what) in [
        (
            [extended(b'x', b"./x", b"99 a=1\n"), vec![0; 1024]].concat(),
            "extended header at byte 0: pax record at byte 0 is longer than its header",
        ),
        (
            [long(b'L', "./n"), vec![0; 1024]].concat(),
            "extended header at byte 0: no entry follows",
        ),
        (
            [many, file("./f", b"").bytes(), vec![0; 1024]].concat(),
            "header at byte 16384: too many extended headers before one entry",
        ),
        (
            b"hello world\n".repeat(100),
            "not a tar archive: checksum of the header at byte 0 does not match",
        ),
        (
            file("./f", b"x").bytes()[..300].to_vec(),
            "archive ends at byte 300, inside a header that starts at byte 0",
        ),
    ] {
        assert_eq!(trouble(&report(&fine, &bad)), format!("right.tar: {what}"));
    }
}

fn a_cut_archive_is_trouble_and_a_partial_comparison() {
    let left = archive(&[
        file("./a", b"1"),
        file("./f", &[b'x'; 2000]),
        file("./z", b""),
    ]);
    let right = archive(&[file("./a", b"2"), file("./f", &[b'x'; 2000])]);
    let report = report(&left, &right[..2600]);
    assert_eq!(
        trouble(&report),
        "right.tar: entry 2 `./f`: archive ends at byte 2600, inside content that starts at byte 1536"
    );
    assert_eq!(
        found(&report).0.iter().collect::<Vec<_>>(),
        ["./a#1 changed content"]
    );
}

fn equal_but_corrupt_archives_are_trouble() {
    let cut = &unended(&[file("./f", &[b'x'; 2000])])[..1000];
    let report = report(cut, cut);
    assert_eq!(
        trouble(&report),
        "left.tar: entry 1 `./f`: archive ends at byte 1000, inside content that starts at byte 512"
    );
}

fn names_are_text_in_json_and_quoted_for_people() {
    let mut name = b"./a\x1b]52;c;x\x07\n".to_vec();
    name.extend_from_slice("\u{202e}\u{9b}".as_bytes());
    let hostile = Spec {
        name: name.clone(),
        ..file("", b"1")
    };
    let broken = Spec {
        name: b"./\xff\\x".to_vec(),
        ..file("", b"1")
    };
    let report = report(&archive(&[hostile, broken]), &archive(&[]));
    let rows: Vec<(&str, Option<&str>)> = report
        .divergences
        .all()
        .iter()
        .map(|one| (one.path.as_str(), one.path_base64.as_deref()))
        .collect();
    assert_eq!(
        rows,
        [
            (std::str::from_utf8(&name).unwrap(), None),
            ("./\\xff\\\\x", Some("Li//XHg="))
        ]
    );
    let harmless = |text: &str| {
        text.chars()
            .all(|c| c == '\n' || !(c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)))
    };
    assert!(
        harmless(&text(&report, Listing::Cut))
            && harmless(&twinroot::report::json(&report).unwrap())
    );
    assert!(text(&report, Listing::Cut).contains("./a\\x1b]52;c;x\\x07\\n\\u{202e}\\u{9b}"));
}

fn hostile_values_and_content_are_escaped_too() {
    let left = file(
        "./f",
        &[b"a\x1b[31m\n".as_slice(), &b"text ".repeat(100)].concat(),
    )
    .pax("SCHILY.xattr.user.\x1b", b"\x1b[1m");
    let right = file(
        "./f",
        &["b\u{202e}\n".as_bytes(), &b"text ".repeat(100)].concat(),
    );
    let report = report(&archive(&[left]), &archive(&[right]));
    let shown = text(&report, Listing::Cut);
    assert!(
        shown.chars().all(|c| c == '\n' || !c.is_control()),
        "{shown:?}"
    );
    assert!(
        shown.contains("-a\\x1b[31m")
            && shown.contains("+b\\u{202e}")
            && shown.contains("xattr:user.\\x1b"),
        "{shown}"
    );
}

fn a_stream_beyond_the_spool_limit_is_trouble() {
    let content = |first: u8| {
        let mut bytes: Vec<u8> = (0..2_000_000_u32).flat_map(u32::to_be_bytes).collect();
        bytes[0] = first;
        bytes
    };
    let mut options = Options::default();
    options.limits.spool = 1 << 20;
    let comparison = from_streams(
        &archive(&[file("./f", &content(1))]),
        &archive(&[file("./f", &content(2))]),
        &options,
    );
    let Some(compare::Error::Read {
        side: Side::Left,
        entries: 0,
        error,
        ..
    }) = comparison.trouble
    else {
        panic!("{:?}", comparison.trouble);
    };
    assert_eq!(error.kind(), std::io::ErrorKind::FileTooLarge);
    assert!(
        error
            .to_string()
            .contains("more to keep than the limit on temporary files allows"),
        "{error}"
    );
}

fn a_difference_deep_in_a_large_content_of_a_stream_is_shown() {
    let content = |last: u8| {
        let mut bytes = vec![b'a'; 20 << 20];
        bytes[(19 << 20) + 5] = last;
        bytes
    };
    let put = |last: u8| {
        archive(&[
            file("./before", b"same"),
            file("./big", &content(last)),
            file("./after", &[last]),
        ])
    };
    let report = report(&put(b'1'), &put(b'2'));
    assert_eq!(
        found(&report)
            .0
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
        ["./after#1 changed content", "./big#1 changed content"]
    );
    let detail = report.divergences.all()[1].fields[0]
        .detail
        .as_deref()
        .unwrap();
    assert!(
        detail.starts_with("first difference at byte 19922949\n-01300000  61 61 61 61 61 31 61"),
        "{detail}"
    );
}

fn what_options_leave_out_is_counted() {
    let left = archive(&[
        Spec {
            mtime: 1,
            ..file("./etc/a", b"1")
        },
        file("./log/b", b"1"),
        file("./c", b"").pax("SCHILY.xattr.user.x", b"1"),
    ]);
    let right = archive(&[
        Spec {
            mtime: 2,
            ..file("./etc/a", b"2")
        },
        file("./log/b", b"2"),
        file("./c", b"").pax("SCHILY.xattr.user.x", b"2"),
    ]);
    let patterns = ["log/*".to_owned()];
    let options = Options {
        ignore: ["mtime", "xattr"].map(str::to_owned).to_vec(),
        exclude: Exclude::new(&patterns).unwrap(),
        ..Options::default()
    };
    let report = report_with(&left, &right, &options);
    assert_eq!(
        found(&report)
            .0
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
        ["./etc/a#1 changed content"]
    );
    let counts: Vec<(&str, u64)> = report
        .ignored
        .iter()
        .map(|one| (one.rule.as_str(), one.count))
        .collect();
    assert_eq!(counts, [("exclude log/*", 1), ("mtime", 1), ("xattr", 1)]);
}

fn contents_are_collected_and_kept_where_asked() {
    let mut options = Options {
        collect: Some(|path| path.ends_with(b".list")),
        ..Options::default()
    };
    options.limits.retain = 1 << 20;
    let left = archive(&[
        file("./info/a.list", b"/a\n"),
        file("./info/b.list", b"/b\n"),
        file("./x", b"1"),
    ]);
    let right = archive(&[
        file("./info/a.list", b"/a\n"),
        file("./info/b.list", b"/c\n"),
        file("./x", b"1"),
    ]);
    let comparison = from_streams(&left, &right, &options);
    let names = |side: &std::collections::BTreeMap<Vec<u8>, std::sync::Arc<Vec<u8>>>| -> Vec<(String, String)> {
        side.iter().map(|(path, bytes)| (String::from_utf8(path.clone()).unwrap(), String::from_utf8(bytes.to_vec()).unwrap())).collect()
    };
    let pairs = |b: &str| {
        [("info/a.list", "/a\n"), ("info/b.list", b)]
            .map(|(path, bytes)| (path.to_owned(), bytes.to_owned()))
    };
    assert_eq!(names(&comparison.collected.left), pairs("/b\n"));
    assert_eq!(names(&comparison.collected.right), pairs("/c\n"));
    let kept = comparison.divergences[0].right_content();
    assert_eq!(
        kept,
        Some(&twinroot::compare::Content::Whole(b"/c\n".to_vec()))
    );
}

fn mixed_dialects_of_one_archive_are_read() {
    // As mmdebstrap writes its own /dev entries: GNU magic, NUL device fields for a directory.
    let dev = Spec {
        magic: GNU,
        typeflag: b'5',
        ..file("./dev/", b"")
    }
    .raw(329, &[0; 16]);
    let null = Spec {
        magic: GNU,
        device: (1, 3),
        ..special("./dev/null", b'3', "")
    };
    let big = file("./big", b"x")
        .raw(124, &octal(0, 12))
        .pax("size", b"1");
    let whole = archive(&[dev, null, big.clone(), file("./last", b"1")]);
    assert_eq!(report(&whole, &whole).left.entries, 4);
    let stored = padded(b"x", 0);
    assert!(whole.windows(512).any(|window| window == stored));
}
