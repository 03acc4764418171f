//! What a comparison of two archives finds, in a form that tests can write down.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;

use twinroot::compare::{Comparison, Options, Source, SourceKind, compare};
use twinroot::report::{DivergenceName, Report, Verdict};

use crate::support::schema::validate;

/// A report's divergences in one comparable form: `path#occurrence kind fields`, and archive names.
pub(crate) type Found = (BTreeSet<String>, Vec<String>);

pub(crate) fn found(report: &Report) -> Found {
    let rows = report.divergences.iter().map(|one| {
        let kind = match one.kind {
            DivergenceName::Changed => "changed",
            DivergenceName::LeftOnly => "left-only",
            DivergenceName::RightOnly => "right-only",
            DivergenceName::Moved => "moved",
            DivergenceName::Reordered => "reordered",
        };
        let fields: Vec<&str> = one.fields.iter().map(|field| field.name.as_str()).collect();
        let from = one
            .from
            .as_ref()
            .map(|from| format!(" from {from}"))
            .unwrap_or_default();
        format!(
            "{}#{} {kind}{from} {}",
            one.path,
            one.occurrence,
            fields.join(" ")
        )
        .trim_end()
        .to_owned()
    });
    (
        rows.collect(),
        report.archive.iter().map(|one| one.name.clone()).collect(),
    )
}

fn source(label: &str, kind: SourceKind) -> Source {
    Source {
        label: label.to_owned(),
        name: format!("{label}.tar"),
        kind,
    }
}

pub(crate) fn from_streams(left: &[u8], right: &[u8], options: &Options) -> Comparison {
    let stream = |data: &[u8]| SourceKind::Stream(Box::new(Cursor::new(data.to_vec())));
    compare(
        source("left", stream(left)),
        source("right", stream(right)),
        options,
        &|_| {},
    )
}

pub(crate) fn from_files(left: &Path, right: &Path, options: &Options) -> Comparison {
    let file = |path: &Path| SourceKind::File(path.to_owned());
    compare(
        source("left", file(left)),
        source("right", file(right)),
        options,
        &|_| {},
    )
}

/// The report from two files, which must be that from two streams; it holds the schema.
pub(crate) fn report(left: &[u8], right: &[u8]) -> Report {
    report_with(left, right, &Options::default())
}

pub(crate) fn report_with(left: &[u8], right: &[u8], options: &Options) -> Report {
    let directory = tempfile::tempdir().unwrap();
    let (l, r) = (directory.path().join("l"), directory.path().join("r"));
    std::fs::write(&l, left).unwrap();
    std::fs::write(&r, right).unwrap();
    let files = Report::from(&from_files(&l, &r, options));
    let streams = Report::from(&from_streams(left, right, options));
    assert_eq!(
        but_for_compressions(files.clone()),
        but_for_compressions(streams),
        "files and streams are reported alike"
    );
    validate(&files);
    files
}

/// A report without what is said of compressions, of which more is known where they are files.
fn but_for_compressions(mut report: Report) -> Report {
    for aspect in &mut report.archive {
        if aspect.name == "compression" {
            aspect.detail.clear();
        }
    }
    report
}

/// Holds a pair's report, its mirror image, and each side against itself.
pub(crate) fn check(left: &[u8], right: &[u8], entries: &[&str], aspects: &[&str]) {
    let expected = (
        entries.iter().map(|row| (*row).to_owned()).collect(),
        aspects.iter().map(|name| (*name).to_owned()).collect(),
    );
    assert_eq!(found(&report(left, right)), expected);
    let mirrored: BTreeSet<String> = entries
        .iter()
        .map(|row| {
            if row.contains(" left-only") {
                row.replace(" left-only", " right-only")
            } else {
                row.replace(" right-only", " left-only")
            }
        })
        .collect();
    if !entries.iter().any(|row| row.contains(" moved")) {
        assert_eq!(
            found(&report(right, left)),
            (mirrored, expected.1),
            "swapped"
        );
    }
    for side in [left, right] {
        assert_eq!(
            found(&report(side, side)),
            Default::default(),
            "against itself"
        );
    }
}

/// What went wrong in a comparison that failed.
pub(crate) fn trouble(report: &Report) -> &str {
    assert_eq!(report.verdict, Verdict::Failed, "{report:?}");
    &report.trouble.as_ref().unwrap().what
}
