//! Two inputs of one sort, compared, explained and reported: what the targets share.

use std::io::Write;

use tempfile::NamedTempFile;
use twinroot::any::compare;
use twinroot::compare::{Comparison, Options, Source, SourceKind};
use twinroot::explain::explain_archives;
use twinroot::report::{Listing, Report, Verdict, from_json, json, text};

/// Compares two inputs that begin with `magic`: the verdict is byte equality, and the report can be
/// written and read.
///
/// The first two bytes of `data`, little-endian, say how long the left input is, and the rest is
/// the right one. If they are beyond the end, the inputs differ in one byte.
pub fn check(magic: &[u8], data: &[u8]) {
    let [low, high, rest @ ..] = data else { return };
    let at = usize::from(u16::from_le_bytes([*low, *high]));
    let (left, right) = match rest.split_at_checked(at) {
        Some((left, right)) => (left.to_vec(), right.to_vec()),
        None => (rest.to_vec(), changed(rest, at, high | 1)),
    };
    let (left, right) = ([magic, &left].concat(), [magic, &right].concat());
    let files = (file(&left), file(&right));
    let found = compare(source("left", &files.0), source("right", &files.1), &options(), &|_| {});
    let _ = explain_archives(&found, Some(1_700_000_000)).unwrap();
    judge(&left, &right, &found);
}

fn changed(data: &[u8], at: usize, by: u8) -> Vec<u8> {
    let mut right = data.to_vec();
    if let Some(byte) = right.get_mut(at % data.len().max(1)) {
        *byte = byte.wrapping_add(by);
    }
    right
}

fn file(data: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(data).unwrap();
    file
}

fn source(label: &str, file: &NamedTempFile) -> Source {
    let kind = SourceKind::File(file.path().to_owned());
    Source { label: label.to_owned(), name: label.to_owned(), kind }
}

fn options() -> Options {
    let mut options = Options::default();
    options.limits.tar.header_bytes = 1 << 16;
    options.limits.spool = 16 << 20;
    options.limits.zstd_window_log = 20;
    options
}

fn judge(left: &[u8], right: &[u8], comparison: &Comparison) {
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
