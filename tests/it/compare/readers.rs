//! Our walk against other readers: tar-core on mutated archives, GNU tar's listing on whole ones.
//!
//! Intended differences, which the comparison below leaves out:
//! - tar-core refuses what GNU tar and we read (unreadable mode, owner or device numbers, empty
//!   names, records that are not UTF-8): only archives that both read to their end are compared.
//! - A long name together with a pax path: pax wins on both since GNU tar decodes it last; tar-core
//!   agrees, the tar crate does not (docs/decisions/0001-own-tar-layer.md).
//! - A size in the header of a link, directory or device: we look at what follows (a header says
//!   that nothing is stored), tar-core believes the type. Entries after such a one are not compared.
//! - A long name ends at its first NUL, as in GNU tar; tar-core keeps what follows.
//! - Old GNU sparse entries: tar-core gives the map as an event of its own; names and stored sizes
//!   are compared, the map in tests/compare_fields.rs.

use std::io::Write as _;
use std::process::{Command, Stdio};

use tar_core::parse::{Limits, ParseEvent};
use twinroot::tar::{Need, Parser, TarLimits};

use crate::support::archive::{GNU, Spec, archive, checksum, file, global, long, special};
use crate::support::harness::Test;

pub(crate) const TESTS: &[Test] = &[
    test!(tar_core_reads_the_same_entries_of_mutated_archives),
    test!(gnu_tar_lists_the_same_names),
];

type Row = (Vec<u8>, u64, u64);

/// Name, stored size and end of content of every entry; `None` where the archive is malformed.
fn ours(data: &[u8]) -> Option<Vec<Row>> {
    let mut parser = Parser::new(0, Default::default(), TarLimits::default());
    let mut rows = Vec::new();
    loop {
        let at = usize::try_from(parser.offset()).ok()?;
        let want = match parser.need() {
            Need::Nothing => return Some(rows),
            Need::Skip(bytes) if at as u64 + bytes <= data.len() as u64 => {
                parser.skipped();
                continue;
            }
            Need::Skip(_) => return None,
            Need::Block => 512,
            Need::Bytes(bytes) => bytes,
        };
        let group = match data.get(at..at + want) {
            Some(bytes) => parser.supply(bytes).ok()?,
            None if at == data.len() => parser.finish().ok()?,
            None => return None,
        };
        if let Some(group) = group {
            if matches!(group.block.typeflag(), b'1'..=b'6')
                && group.block.number(twinroot::tar::regions::SIZE).as_size() != Some(0)
            {
                return None;
            }
            rows.push((group.path, group.size, group.end));
        }
    }
}

fn theirs(data: &[u8]) -> Option<Vec<Row>> {
    let mut parser = tar_core::parse::Parser::new(Limits::default());
    let mut rows = Vec::new();
    let mut at = 0;
    loop {
        let (consumed, entry) = match parser.parse(data.get(at..)?).ok()? {
            ParseEvent::NeedData { .. } => return None,
            ParseEvent::End { .. } => return Some(rows),
            ParseEvent::GlobalExtensions { consumed, .. } => (consumed, None),
            ParseEvent::Entry { consumed, entry }
            | ParseEvent::SparseEntry {
                consumed, entry, ..
            } => (
                consumed,
                Some((until_nul(&entry.path), entry.size, entry.padded_size())),
            ),
        };
        at += consumed;
        if let Some((path, size, padded)) = entry {
            at += usize::try_from(padded).ok()?;
            if at > data.len() {
                return None;
            }
            rows.push((path, size, at as u64));
        }
    }
}

fn until_nul(name: &[u8]) -> Vec<u8> {
    name.split(|byte| *byte == 0).next().unwrap().to_vec()
}

/// Entries whose mutations both readers take alike.
fn common_ground() -> Vec<u8> {
    let name = "./".to_owned() + &"n".repeat(150);
    archive(&[
        Spec {
            typeflag: b'5',
            ..file("./d/", b"")
        },
        Spec {
            before: global(&[("comment", "c")]),
            ..file("./f", &[b'x'; 700])
        },
        file("./short", b"abc")
            .pax("path", b"./from pax")
            .pax("size", b"3"),
        Spec {
            before: long(b'L', &name),
            magic: GNU,
            ..file(&name, b"1")
        },
        special("./s", b'2', "f"),
        Spec {
            device: (1, 3),
            ..special("./null", b'3', "")
        },
        file("./x", b"").pax("SCHILY.xattr.user.a", b"\n=\n"),
        Spec {
            prefix: b"./prefix".to_vec(),
            ..file("name", b"7")
        },
    ])
}

fn tar_core_reads_the_same_entries_of_mutated_archives() {
    let whole = common_ground();
    assert_eq!(ours(&whole), theirs(&whole));
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % limit as u64).unwrap()
    };
    let mut both = 0;
    for round in 0..5_000 {
        let mut data = whole.clone();
        let block = below(data.len() / 512) * 512;
        let at = block + below(512);
        data[at] = b"01270x/\0 \xff"[below(10)];
        // Headers stay headers: the checksum follows.
        if data[block + 257..block + 262] == *b"ustar" {
            checksum(&mut data[block..block + 512], false);
        }
        if let (Some(ours), Some(theirs)) = (ours(&data), theirs(&data)) {
            both += 1;
            assert_eq!(ours, theirs, "round {round}, byte {at}");
        }
    }
    assert!(both > 2_000, "{both} archives were compared");
}

fn gnu_tar_lists_the_same_names() {
    let whole = common_ground();
    let mut child = Command::new("tar")
        .args([
            "--list",
            "--quoting-style=literal",
            "--show-transformed-names",
            "--absolute-names",
            "-f",
            "-",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&whole).unwrap();
    let listed = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let names: Vec<String> = ours(&whole)
        .unwrap()
        .into_iter()
        .map(|(name, _, _)| String::from_utf8(name).unwrap())
        .collect();
    assert_eq!(listed.lines().collect::<Vec<_>>(), names);
}
