//! The verdict is byte equality: every byte flipped, every pair of changes, random mutations.

use std::collections::BTreeSet;

use proptest::prelude::*;
use twinroot::compare::Options;
use twinroot::report::{Report, Verdict};

use crate::support::archive::{GNU, Spec, archive, file, mixed, record};
use crate::support::compared::{found, from_streams, report};
use crate::support::harness::Test;
use crate::support::schema::validate;

pub(crate) const TESTS: &[Test] = &[
    test!(every_flipped_byte_is_named),
    test!(every_pair_of_changes_is_reported_in_full),
    test!(the_verdict_agrees_with_cmp_and_byte_equality_on_ten_thousand_mutations),
    test!(swapping_the_sides_mirrors_the_report),
    test!(an_archive_is_identical_with_itself),
    test!(a_permutation_reorders_and_changes_nothing_else),
    test!(short_reads_change_nothing),
    test!(a_record_builder_counts_its_own_length),
];

/// Where the report or the trouble points to; nothing is silent.
fn names_something(report: &Report) -> bool {
    match report.verdict {
        Verdict::Divergent => !report.divergences.is_empty() || !report.archive.is_empty(),
        Verdict::Failed => report
            .trouble
            .as_ref()
            .is_some_and(|trouble| trouble.what.contains("byte")),
        Verdict::Identical | Verdict::Escaped | Verdict::Unbuildable => false,
    }
}

fn every_flipped_byte_is_named() {
    let whole = mixed();
    assert!((15_000..40_000).contains(&whole.len()), "{}", whole.len());
    let fine = Report::from(&from_streams(&whole, &whole, &Options::default()));
    assert_eq!(fine.verdict, Verdict::Identical, "{fine:?}");
    let starts = entry_starts(&whole);
    let mut unexplained = Vec::new();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        let comparison = from_streams(&whole, &flipped, &Options::default());
        let report = Report::from(&comparison);
        assert!(names_something(&report), "byte {at} is silent: {report:?}");
        if at % 97 == 0 {
            validate(&report);
        }
        if report.verdict == Verdict::Divergent {
            let region = starts
                .iter()
                .rev()
                .find(|(start, _)| *start <= at)
                .map(|(_, name)| name.as_str());
            let named = region.is_none_or(|name| {
                report
                    .divergences
                    .iter()
                    .any(|one| one.path == name || one.from.as_deref() == Some(name))
            });
            let of_archive = report.archive.iter().any(|one| {
                matches!(
                    one.name.as_str(),
                    "global-header" | "trailing-data" | "trailing-blocks"
                )
            });
            assert!(
                named || of_archive,
                "byte {at} belongs to {region:?}: {report:?}"
            );
        }
        if report
            .archive
            .iter()
            .any(|one| one.name == "unexplained-bytes")
            && report.verdict == Verdict::Divergent
        {
            unexplained.push(at);
        }
    }
    assert_eq!(
        unexplained,
        Vec::<usize>::new(),
        "every byte is claimed by a name"
    );
}

/// Start and name of every entry, by the differential reader.
fn entry_starts(data: &[u8]) -> Vec<(usize, String)> {
    let mut parser = twinroot::tar::Parser::new(0, Default::default(), Default::default());
    let mut found = Vec::new();
    loop {
        let want = match parser.need() {
            twinroot::tar::Need::Nothing => return found,
            twinroot::tar::Need::Skip(_) => {
                parser.skipped();
                continue;
            }
            twinroot::tar::Need::Block => 512,
            twinroot::tar::Need::Bytes(bytes) => bytes,
        };
        let at = usize::try_from(parser.offset()).unwrap();
        if let Some(group) = parser.supply(&data[at..at + want]).unwrap() {
            found.push((
                usize::try_from(group.start).unwrap(),
                String::from_utf8(group.path).unwrap(),
            ));
        }
    }
}

type Change = (&'static str, fn(Spec) -> Spec);

/// One change of each field; no two touch the same bytes.
const CHANGES: [Change; 18] = [
    ("mode", |spec| Spec {
        mode: 0o600,
        ..spec
    }),
    ("uid", |spec| Spec { uid: 7, ..spec }),
    ("gid", |spec| Spec { gid: 7, ..spec }),
    ("uname", |spec| Spec {
        uname: b"u".to_vec(),
        ..spec
    }),
    ("gname", |spec| Spec {
        gname: b"g".to_vec(),
        ..spec
    }),
    ("mtime", |spec| Spec { mtime: 3, ..spec }),
    ("atime", |spec| spec.pax("atime", b"1.5")),
    ("ctime", |spec| spec.pax("ctime", b"1.5")),
    ("type", |spec| Spec {
        typeflag: b'7',
        ..spec
    }),
    ("linkname", |spec| Spec {
        linkname: b"l".to_vec(),
        ..spec
    }),
    ("device", |spec| Spec {
        device: (1, 1),
        ..spec
    }),
    ("content", |spec| Spec {
        content: b"other bytes".to_vec(),
        ..spec
    }),
    ("padding", |spec| Spec { fill: b'P', ..spec }),
    ("xattr:user.a", |spec| spec.pax("SCHILY.xattr.user.a", b"1")),
    ("acl:access", |spec| spec.pax("SCHILY.acl.access", b"1")),
    ("pax:VENDOR.k", |spec| spec.pax("VENDOR.k", b"1")),
    ("header-format", |spec| Spec { magic: GNU, ..spec }),
    ("header-encoding", |spec| spec.raw(505, b"x")),
];

fn every_pair_of_changes_is_reported_in_full() {
    for (first, change) in CHANGES {
        for (second, other) in CHANGES {
            let base = file("./f", b"these bytes");
            let changed = other(change(base.clone()));
            let report = report(&archive(&[base]), &archive(&[changed]));
            let fields: BTreeSet<&str> = report
                .divergences
                .all()
                .iter()
                .flat_map(|one| &one.fields)
                .map(|field| field.name.as_str())
                .collect();
            assert_eq!(fields, BTreeSet::from([first, second]), "{report:?}");
            assert_eq!((report.divergences.len(), report.archive.len()), (1, 0));
        }
    }
}

/// A small generator without a crate: the same mutations every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

/// GNU cmp's verdict on two files, where it is installed.
fn cmp_says(left: &std::path::Path, right: &std::path::Path) -> Option<bool> {
    let run = std::process::Command::new("cmp")
        .arg("--silent")
        .args([left, right])
        .status();
    match run.ok()?.code() {
        Some(0) => Some(true),
        Some(1) => Some(false),
        other => panic!("cmp ended with {other:?}"),
    }
}

fn the_verdict_agrees_with_cmp_and_byte_equality_on_ten_thousand_mutations() {
    let whole = mixed();
    let directory = tempfile::tempdir().unwrap();
    let (l, r) = (directory.path().join("l"), directory.path().join("r"));
    std::fs::write(&l, &whole).unwrap();
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for round in 0..10_000 {
        let mut changed = whole.clone();
        for _ in 0..random.below(3) {
            let at = random.below(changed.len());
            let length = random.below(700).min(changed.len() - at);
            match random.below(5) {
                0 => changed[at] = changed[at].wrapping_add(random.below(256) as u8),
                1 => drop(changed.drain(at..at + length)),
                2 => {
                    let piece = changed[at..at + length].to_vec();
                    drop(changed.splice(at..at, piece));
                }
                3 => {
                    let (from, to) = (at / 512 * 512, random.below(changed.len()) / 512 * 512);
                    if from.max(to) + 512 <= changed.len() {
                        changed.copy_within(from..from + 512, to);
                    }
                }
                _ => changed.truncate(at),
            }
            if changed.len() < 1024 {
                changed = whole.clone();
            }
        }
        let comparison = from_streams(&whole, &changed, &Options::default());
        let report = Report::from(&comparison);
        std::fs::write(&r, &changed).unwrap();
        if let Some(equal) = cmp_says(&l, &r) {
            let identical = report.verdict == Verdict::Identical;
            assert_eq!(identical, equal, "round {round}");
        }
        match report.verdict {
            Verdict::Identical => assert_eq!(whole, changed, "round {round}"),
            Verdict::Divergent | Verdict::Failed => assert_ne!(whole, changed, "round {round}"),
            Verdict::Escaped | Verdict::Unbuildable => panic!("round {round}"),
        }
    }
}

fn spec() -> impl Strategy<Value = Spec> {
    let name = prop::sample::select(vec!["./a", "./b", "./c", "./d/e", "./f"]);
    let content = prop::collection::vec(prop::sample::select(vec![b'a', b'\n', 0, 0xff]), 0..1200);
    let records = prop::collection::vec(
        (
            prop::sample::select(vec!["mtime", "SCHILY.xattr.user.a", "comment"]),
            "[0-9]{1,3}",
        ),
        0..3,
    );
    (
        name,
        content,
        records,
        0_u64..3,
        prop::sample::select(vec![b'0', b'0', b'5', b'2']),
    )
        .prop_map(|(name, content, records, uid, typeflag)| {
            let content = if typeflag == b'0' {
                content
            } else {
                Vec::new()
            };
            let base = Spec {
                uid,
                typeflag,
                ..file(name, &content)
            };
            records
                .iter()
                .fold(base, |spec, (key, value)| spec.pax(key, value.as_bytes()))
        })
}

/// The rows of a report with left and right exchanged.
fn mirrored(rows: &BTreeSet<String>) -> BTreeSet<String> {
    rows.iter()
        .map(|row| match row.split_once(" moved from ") {
            Some((to, from)) => format!("{from}#? moved from {}", to.split('#').next().unwrap()),
            None if row.contains(" left-only") => row.replace(" left-only", " right-only"),
            None => row.replace(" right-only", " left-only"),
        })
        .collect()
}

fn without_occurrence_of_moves(rows: BTreeSet<String>) -> BTreeSet<String> {
    rows.into_iter()
        .map(|row| match row.split_once(" moved from ") {
            Some((to, from)) => format!("{}#? moved from {from}", to.split('#').next().unwrap()),
            None => row,
        })
        .collect()
}

/// Hands out a byte or a few at a time.
struct Short(Vec<u8>, usize, usize);

impl std::io::Read for Short {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let step = self.2.min(buffer.len()).min(self.0.len() - self.1);
        buffer[..step].copy_from_slice(&self.0[self.1..self.1 + step]);
        self.1 += step;
        Ok(step)
    }
}

fn from_short_reads(left: &[u8], right: &[u8], step: usize) -> Report {
    let side = |label: &str, data: &[u8]| twinroot::compare::Source {
        label: label.to_owned(),
        name: format!("{label}.tar"),
        kind: twinroot::compare::SourceKind::Stream(Box::new(Short(data.to_vec(), 0, step))),
    };
    let comparison = twinroot::compare::compare(
        side("left", left),
        side("right", right),
        &Options::default(),
        &|_| {},
    );
    Report::from(&comparison)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    fn swapping_the_sides_mirrors_the_report(left in prop::collection::vec(spec(), 0..7), right in prop::collection::vec(spec(), 0..7)) {
        let (left, right) = (archive(&left), archive(&right));
        let (there, back) = (found(&report(&left, &right)), found(&report(&right, &left)));
        prop_assert_eq!(without_occurrence_of_moves(mirrored(&there.0)), without_occurrence_of_moves(back.0));
        prop_assert_eq!(there.1, back.1);
    }

    fn an_archive_is_identical_with_itself(entries in prop::collection::vec(spec(), 0..7)) {
        let data = archive(&entries);
        prop_assert_eq!(report(&data, &data).verdict, Verdict::Identical);
    }

    fn a_permutation_reorders_and_changes_nothing_else(
        (entries, order) in (2_usize..9).prop_flat_map(|n| {
            let numbers: Vec<usize> = (0..n).collect();
            (Just(numbers.clone()), Just(numbers).prop_shuffle())
        })
    ) {
        let put = |order: &[usize]| archive(&order.iter().map(|n| file(&format!("./{n}"), b"content")).collect::<Vec<_>>());
        let report = report(&put(&entries), &put(&order));
        let longest = longest_increasing(&order);
        prop_assert_eq!(report.divergences.len(), order.len() - longest);
        prop_assert!(report.divergences.iter().all(|one| one.kind == twinroot::report::DivergenceName::Reordered));
        let aspects: Vec<&str> = report.archive.iter().map(|one| one.name.as_str()).collect();
        prop_assert_eq!(aspects, if longest == order.len() { vec![] } else { vec!["entry-order"] });
    }

    fn short_reads_change_nothing(left in prop::collection::vec(spec(), 0..4), right in prop::collection::vec(spec(), 0..4), step in 1_usize..4) {
        let (left, right) = (archive(&left), archive(&right));
        prop_assert_eq!(from_short_reads(&left, &right, step), report(&left, &right));
    }
}

/// By trying every subset.
fn longest_increasing(order: &[usize]) -> usize {
    (0_u32..1 << order.len())
        .filter(|set| {
            let chosen: Vec<usize> = order
                .iter()
                .enumerate()
                .filter(|(at, _)| set & (1 << at) != 0)
                .map(|(_, n)| *n)
                .collect();
            chosen.windows(2).all(|two| two[0] < two[1])
        })
        .map(u32::count_ones)
        .max()
        .unwrap_or(0) as usize
}

fn a_record_builder_counts_its_own_length() {
    assert_eq!(record(b"a", b"1"), b"6 a=1\n");
    assert_eq!(record(b"abc", b"1234"), b"12 abc=1234\n");
}
