//! The whole comparison: its verdict is byte equality, from files and from streams alike,
//! and every report can be written and read.
#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use twinroot::compare::{Comparison, Options, Source, SourceKind, compare};
use twinroot::report::{Listing, Report, Verdict, from_json, json, text};

fn stream(label: &str, data: &[u8]) -> Source {
    let kind = SourceKind::Stream(Box::new(Cursor::new(data.to_vec())));
    Source { label: label.to_owned(), name: label.to_owned(), kind }
}

fn file(label: &str, data: &[u8]) -> (Source, tempfile::NamedTempFile) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(data).unwrap();
    let kind = SourceKind::File(file.path().to_owned());
    (Source { label: label.to_owned(), name: label.to_owned(), kind }, file)
}

fn options() -> Options {
    let mut options = Options::default();
    options.limits.tar.header_bytes = 1 << 16;
    options.limits.spool = 16 << 20;
    options.limits.zstd_window_log = 20;
    options
}

fn check(left: &[u8], right: &[u8], comparison: &Comparison) {
    let report = Report::from(comparison);
    match report.verdict {
        Verdict::Identical => assert!(left == right),
        Verdict::Divergent => assert!(left != right),
        Verdict::Escaped | Verdict::Unbuildable => unreachable!(),
        Verdict::Failed => {}
    }
    let _ = text(&report, Listing::Cut);
    assert_eq!(from_json(json(&report).unwrap().as_bytes()).unwrap(), report);
}

fuzz_target!(|data: &[u8]| {
    // The first two bytes say where the two archives are cut apart; without a cut, the right
    // one is the left one with one byte changed.
    let [a, b, rest @ ..] = data else { return };
    let at = usize::from(u16::from_le_bytes([*a, *b]));
    let (left, right) = if at < rest.len() && at % 512 == 0 {
        let (left, right) = rest.split_at(at);
        (left.to_vec(), right.to_vec())
    } else {
        let mut right = rest.to_vec();
        if let Some(byte) = right.get_mut(at % rest.len().max(1)) {
            *byte = byte.wrapping_add(*b | 1);
        }
        (rest.to_vec(), right)
    };
    let options = options();
    check(&left, &right, &compare(stream("left", &left), stream("right", &right), &options, &|_| {}));
    let ((l, _left), (r, _right)) = (file("left", &left), file("right", &right));
    check(&left, &right, &compare(l, r, &options, &|_| {}));
});
