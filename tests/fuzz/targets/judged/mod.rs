//! What every target that compares holds true of its result.

use std::io::Write;

use tempfile::NamedTempFile;
use twinroot::compare::{Comparison, Options, Source, SourceKind};
use twinroot::report::{Listing, Report, Verdict, from_json, json, text};

/// An input in a file, which is there as long as the second value.
pub fn file(label: &str, data: &[u8]) -> (Source, NamedTempFile) {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(data).unwrap();
    let kind = SourceKind::File(file.path().to_owned());
    (Source { label: label.to_owned(), name: label.to_owned(), kind }, file)
}

/// Limits that keep a run short.
pub fn options() -> Options {
    let mut options = Options::default();
    options.limits.tar.header_bytes = 1 << 16;
    options.limits.spool = 16 << 20;
    options.limits.zstd_window_log = 20;
    options
}

/// The verdict is byte equality, and the report can be written and read.
pub fn judge(left: &[u8], right: &[u8], comparison: &Comparison) {
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
