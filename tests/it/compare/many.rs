//! More divergences than are held in memory: the report is the one without a limit, and memory
//! stays bounded.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use twinroot::compare::{Comparison, Options};
use twinroot::explain::{explain_archives, is_evidence};
use twinroot::report::{ExplainedComparison, Listing, Report, from_json, json, text};

use crate::support::archive::{Spec, archive, file, special};
use crate::support::compared::from_streams;
use crate::support::harness::Test;
use crate::support::run::TWINROOT;

pub(crate) const TESTS: &[Test] = &[
    test!(the_limit_of_divergences_in_memory_changes_no_report),
    test!(a_cause_of_many_entries_lists_a_thousand_of_them_as_evidence),
    test!(thirty_thousand_divergences_take_less_than_64_mebibytes),
];

/// `SOURCE_DATE_EPOCH`, in seconds since 1970.
const EPOCH: i64 = 1_700_000_000;

fn within(divergences: u64) -> Options {
    let mut options = Options {
        collect: Some(is_evidence),
        ..Options::default()
    };
    options.limits.divergences = divergences;
    options
}

/// The explained report as JSON and as text.
fn reported(comparison: &Comparison) -> (String, String) {
    let epoch = Some(EPOCH);
    let report = Report::from(ExplainedComparison {
        comparison,
        explanation: &explain_archives(comparison, epoch).unwrap(),
        epoch,
    });
    let json = json(&report).unwrap();
    // What other forms take is the same.
    let whole = from_json(json.as_bytes()).unwrap();
    assert_eq!(report.divergences.all(), whole.divergences.all());
    assert_eq!(report.divergences.len(), whole.divergences.len());
    (json, text(&report, Listing::Cut))
}

/// An entry of a chroot with or without merged /usr, by a rule of which much can be explained.
fn entry() -> impl Strategy<Value = Spec> {
    let directories =
        prop::sample::select(vec!["", "bin/", "usr/bin/", "lib/", "usr/lib/", "etc/"]);
    let names = prop::sample::select(vec!["", "a", "b", "c", "machine-id", "hosts"]);
    let contents = prop::sample::select(vec!["", "1\n2\n", "2\n1\n", "x", "at 2023-11-14\n"]);
    let owners = 0_u64..3;
    let times = 1_699_999_999_u64..1_700_000_003;
    (directories, names, contents, owners, times, 0_u32..6).prop_map(
        |(directory, name, content, uid, mtime, kind)| {
            let path = format!("./{directory}{name}");
            let made = match (name, kind) {
                ("", 0 | 1) if !directory.is_empty() => special(
                    path.trim_end_matches('/'),
                    b'2',
                    &format!("usr/{directory}"),
                ),
                ("", _) => special(&path, b'5', ""),
                _ => file(&path, content.as_bytes()),
            };
            Spec {
                uid,
                mtime,
                mode: if kind == 5 { 0o600 } else { 0o644 },
                ..made
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    fn the_limit_of_divergences_in_memory_changes_no_report(
        left in prop::collection::vec(entry(), 0..24),
        right in prop::collection::vec(entry(), 0..24),
        divergences in 0_u64..6,
    ) {
        let (left, right) = (archive(&left), archive(&right));
        let bounded = from_streams(&left, &right, &within(divergences));
        prop_assert!(bounded.divergences.len() as u64 <= divergences.max(1));
        let whole = from_streams(&left, &right, &within(u64::MAX));
        prop_assert!(whole.further.is_empty());
        prop_assert_eq!(Report::from(&bounded), Report::from(&whole));
        prop_assert_eq!(reported(&bounded), reported(&whole));
    }
}

fn a_cause_of_many_entries_lists_a_thousand_of_them_as_evidence() {
    let side = |mtime| {
        let made = |n: u64| Spec {
            mtime,
            ..file(&format!("./file{n:04}"), b"")
        };
        archive(&(0..1_005).map(made).collect::<Vec<_>>())
    };
    for divergences in [10, u64::MAX] {
        let (left, right) = (side(1_700_000_001), side(1_700_000_002));
        let comparison = from_streams(&left, &right, &within(divergences));
        let report = from_json(reported(&comparison).0.as_bytes()).unwrap();
        let [cause] = &report.causes[..] else {
            panic!("{:?}", report.causes);
        };
        assert_eq!((cause.rule.as_str(), cause.entries), ("clock", 1_005));
        let mut expected: Vec<String> = (0..1_000).map(|n| format!("file{n:04}")).collect();
        expected.push("and 5 more pieces of evidence, left out here".to_owned());
        assert_eq!(cause.evidence, expected);
    }
}

/// Writes 30,000 small files, each with another content and time on either side. Without a bound
/// they take more than 100 MiB; docs/performance.md has a million.
fn write(path: &Path, side: u64) {
    let mut out = BufWriter::new(File::create(path).unwrap());
    for start in (0..30_000).step_by(1_000) {
        let name = |n: u64| format!("./d{:02}/file{n:06}", n % 100);
        let some: Vec<Spec> = (start..start + 1_000)
            .map(|n| Spec {
                mtime: 1_700_000_000 + side,
                ..file(&name(n), format!("file {n} of {side}\n").as_bytes())
            })
            .collect();
        let bytes = archive(&some);
        // Blocks of zeros end an archive.
        let is_zero = |block: &[u8]| block.iter().all(|byte| *byte == 0);
        let end = bytes
            .rchunks(512)
            .take_while(|block| is_zero(block))
            .count();
        out.write_all(&bytes[..bytes.len() - end * 512]).unwrap();
    }
    out.write_all(&[0; 1024]).unwrap();
    out.flush().unwrap();
}

fn thirty_thousand_divergences_take_less_than_64_mebibytes() {
    let place = tempfile::tempdir().unwrap();
    let (left, right) = (
        place.path().join("left.tar"),
        place.path().join("right.tar"),
    );
    write(&left, 0);
    write(&right, 1);
    let status = Command::new("/bin/sh")
        .current_dir(&place)
        // Data is what is allocated, in KiB: setrlimit(2). The program itself is a mapped file.
        .args(["-c", "ulimit -d 65536; exec \"$0\" compare left.tar right.tar --json report.json --text report.txt"])
        .arg(TWINROOT)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
    let json = std::fs::read_to_string(place.path().join("report.json")).unwrap();
    assert_eq!(
        json.matches("\n      \"kind\": \"changed\",\n").count(),
        30_000
    );
    let text = std::fs::read_to_string(place.path().join("report.txt")).unwrap();
    assert_eq!(text.matches("\n./d").count(), 30_000);
}
