//! The samples of the README are what the program prints.
//!
//! A sample is a command with the lines that it prints: `$ twinroot …` in a block of code, or a
//! block that follows a command. A line `…` stands for any lines, and `…` in a line for any
//! characters.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::archive::{Spec, archive, file, special};
use crate::support::harness::Test;
use crate::support::run::{TWINROOT, archive_cache, directory};

pub(crate) const TESTS: &[Test] = &[
    test!(samples_of_the_real_archive_have_the_shape_of_what_is_printed, needs: [Sandboxes, Archive]),
    test!(samples_on_debian_12_have_the_shape_of_what_is_printed, needs: [Sandboxes, Root, Archive, Debian12]),
    test!(samples_of_audit_are_what_is_printed, needs: [Sandboxes, Root]),
    test!(samples_of_compare_are_what_is_printed),
    test!(there_are_samples_of_every_kind),
    test!(samples_are_found_in_and_after_blocks),
    test!(an_ellipsis_is_any_lines_and_other_lines_are_themselves),
    test!(numbers_versions_times_and_digests_have_one_shape),
];

const README: &str = include_str!("../../README.md");

/// A command and what it prints.
#[derive(Debug, PartialEq, Eq)]
struct Sample {
    command: String,
    output: Vec<String>,
}

/// How a sample can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Compare,
    Audit,
    Archive,
    /// On this machine as the outside system, which must be Debian 12.
    Debian12,
    Unknown,
}

impl Sample {
    fn kind(&self) -> Kind {
        let has = |words: &str| self.command.contains(words);
        if has("twinroot compare ") {
            Kind::Compare
        } else if has("twinroot audit ") {
            Kind::Audit
        } else if has("twinroot verify ") && has("--outside host") {
            Kind::Debian12
        } else if has("twinroot verify trixie") {
            Kind::Archive
        } else {
            Kind::Unknown
        }
    }

    /// What the command prints in this directory, where `twinroot` is found by its name.
    fn run(&self, directory: &Path, cache: &Path) -> String {
        let bin = directory.join("bin");
        fs::create_dir_all(&bin).unwrap();
        if !bin.join("twinroot").exists() {
            symlink(TWINROOT, bin.join("twinroot")).unwrap();
        }
        let path = std::env::var("PATH").unwrap();
        let output = Command::new("sh")
            .args(["-c", &self.command])
            .current_dir(directory)
            .env("PATH", format!("{}:{path}", bin.to_string_lossy()))
            .env("XDG_CACHE_HOME", cache)
            .env_remove("SOURCE_DATE_EPOCH")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{}: {}: {errors}",
            self.command,
            output.status
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Fails unless the sample is what is printed, after `form` was applied to both.
    fn assert_printed(&self, printed: &str, form: fn(&str) -> String) {
        let expected: Vec<String> = self.output.iter().map(|line| form(line)).collect();
        let found: Vec<String> = printed.lines().map(form).collect();
        assert!(
            is_abridged(&expected, &found),
            "{}\nis in the README\n{}\nand prints\n{printed}",
            self.command,
            self.output.join("\n")
        );
    }
}

fn samples_of_compare_are_what_is_printed() {
    let lab = directory();
    let tar = |motd: &[u8], log: &[u8]| {
        let directory = |name: &str| Spec {
            mode: 0o755,
            ..special(name, b'5', "")
        };
        archive(&[
            directory("./"),
            directory("./etc/"),
            file("./etc/motd", motd),
            directory("./var/"),
            directory("./var/log/"),
            file("./var/log/dpkg.log", log),
        ])
    };
    let mut left = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    left.write_all(&tar(b"a\n", b"")).unwrap();
    fs::write(lab.path().join("left.tar.gz"), left.finish().unwrap()).unwrap();
    fs::write(lab.path().join("right.tar"), tar(b"b\n", b"installed\n")).unwrap();
    for sample in of_kind(Kind::Compare) {
        let printed = sample.run(lab.path(), lab.path());
        sample.assert_printed(&printed, str::to_owned);
    }
}

fn samples_of_audit_are_what_is_printed() {
    let lab = directory();
    for sample in of_kind(Kind::Audit) {
        let printed = sample.run(lab.path(), lab.path());
        sample.assert_printed(&printed, without_times);
    }
}

fn samples_of_the_real_archive_have_the_shape_of_what_is_printed() {
    shapes_hold(Kind::Archive);
}

fn samples_on_debian_12_have_the_shape_of_what_is_printed() {
    shapes_hold(Kind::Debian12);
}

fn shapes_hold(kind: Kind) {
    let lab = directory();
    for sample in of_kind(kind) {
        let printed = sample.run(lab.path(), &archive_cache());
        sample.assert_printed(&printed, shape);
    }
}

fn there_are_samples_of_every_kind() {
    let mut counts = BTreeMap::new();
    for sample in samples(README) {
        assert_ne!(sample.kind(), Kind::Unknown, "no test runs {sample:?}");
        *counts.entry(sample.kind()).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 4, "{counts:?}");
}

fn of_kind(kind: Kind) -> Vec<Sample> {
    let mut samples = samples(README);
    samples.retain(|sample| sample.kind() == kind);
    samples
}

/// All samples of a page.
fn samples(page: &str) -> Vec<Sample> {
    let mut samples = Vec::new();
    // The last command that was named, in a block or in the text, and has no output yet.
    let mut named: Option<String> = None;
    // Text and blocks of code take turns.
    for (at, part) in page.split("```").enumerate() {
        if at % 2 == 0 {
            let quoted = part.split('`').skip(1).step_by(2);
            let commands = quoted.filter(|code| code.starts_with("twinroot "));
            named = commands
                .last()
                .map(str::to_owned)
                .or(named.filter(|_| part.trim().is_empty()));
            continue;
        }
        let (language, block) = part.split_once('\n').unwrap_or((part, ""));
        if language == "sh" {
            named = block.lines().last().map(as_installed);
        } else if language.is_empty() && block.starts_with("$ ") {
            samples.extend(of_block(block));
            named = None;
        } else if let (true, Some(command)) = (language.is_empty(), named.take()) {
            let output = block.lines().map(str::to_owned).collect();
            samples.push(Sample { command, output });
        }
    }
    samples
}

/// A command as it is given when twinroot is installed: the end of the line, without cargo.
fn as_installed(line: &str) -> String {
    let last = line.rsplit("&& ").next().unwrap_or(line);
    match last.split_once(" -- ") {
        Some((cargo, arguments)) if cargo.starts_with("cargo run") => {
            format!("twinroot {arguments}")
        }
        _ => last.to_owned(),
    }
}

fn of_block(block: &str) -> Vec<Sample> {
    let mut samples: Vec<Sample> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), samples.last_mut()) {
            (Some(command), _) => samples.push(Sample {
                command: command.to_owned(),
                output: Vec::new(),
            }),
            (None, Some(sample)) => sample.output.push(line.to_owned()),
            (None, None) => {}
        }
    }
    samples
}

/// Whether `lines` are `pattern`, in which a line `…` stands for any lines.
fn is_abridged(pattern: &[String], lines: &[String]) -> bool {
    match pattern.split_first() {
        None => lines.is_empty(),
        Some((first, rest)) if first.trim() == "…" => {
            (0..=lines.len()).any(|skipped| is_abridged(rest, &lines[skipped..]))
        }
        Some((first, rest)) => lines
            .split_first()
            .is_some_and(|(line, lines)| is_line(first, line) && is_abridged(rest, lines)),
    }
}

/// Whether `line` is `pattern`, in which `…` stands for any characters.
fn is_line(pattern: &str, line: &str) -> bool {
    let Some((start, pattern)) = pattern.split_once('…') else {
        return pattern == line;
    };
    let ends = |rest: &str| {
        rest.char_indices()
            .map(|(at, _)| at)
            .chain([rest.len()])
            .collect()
    };
    line.strip_prefix(start).is_some_and(|rest| {
        let ends: Vec<usize> = ends(rest);
        ends.into_iter()
            .any(|skipped| is_line(pattern, &rest[skipped..]))
    })
}

/// The line with times of day left out.
fn without_times(line: &str) -> String {
    let is_time =
        |word: &str| word.len() > 20 && word.ends_with('Z') && word.as_bytes()[10] == b'T';
    let words = line
        .split(' ')
        .map(|word| if is_time(word) { "TIME" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// The line with numbers, versions, times and digests as `N`, and one space between words.
fn shape(line: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || ".+~-,".contains(c);
    let mut shape = String::new();
    let mut rest = line.trim_end();
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let word = rest[..length].trim_end_matches(',');
        if word.is_empty() {
            let is_second_space = first == ' ' && shape.ends_with(' ');
            shape.extend((!is_second_space).then_some(first));
            rest = &rest[first.len_utf8()..];
            continue;
        }
        rest = &rest[word.len()..];
        let is_whole = word.len() == 64 || rest.starts_with('…');
        let is_digest = is_whole && word.chars().all(|c| c.is_ascii_hexdigit());
        let is_number = first.is_ascii_digit() || is_digest;
        shape.push_str(if is_number { "N" } else { word });
    }
    shape
}

fn samples_are_found_in_and_after_blocks() {
    let page = "Do `twinroot doctor`, or:\n```sh\ninstall && cargo run --release -- verify a\n```\n\n\
                ```\nIDENTICAL\n```\nand `twinroot verify b`, with `c`:\n```\n…\n1\n```\n\
                ```\nno command\n```\n```\n$ twinroot x\n1\n\n2\n$ y | twinroot z\n```\n";
    let sample = |command: &str, output: &[&str]| Sample {
        command: command.to_owned(),
        output: output.iter().map(|line| (*line).to_owned()).collect(),
    };
    assert_eq!(
        samples(page),
        [
            sample("twinroot verify a", &["IDENTICAL"]),
            sample("twinroot verify b", &["…", "1"]),
            sample("twinroot x", &["1", "", "2"]),
            sample("y | twinroot z", &[]),
        ]
    );
}

fn an_ellipsis_is_any_lines_and_other_lines_are_themselves() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let abridged = |pattern: &str, text: &str| is_abridged(&lines(pattern), &lines(text));
    assert!(abridged("a\n  …\nc", "a\nb\nb\nc"));
    assert!(abridged("…\nc\n…", "c"));
    assert!(!abridged("a\n…\nc", "a\nb"));
    assert!(!abridged("a", "a\nb"));
    assert!(!abridged("a\nb", "a"));
    assert!(abridged(
        "sha256:f1…, sha256:9…",
        "sha256:f1ee, sha256:93b6"
    ));
    assert!(!abridged("f1… (2 bytes)", "f1ee (3 bytes)"));
}

fn numbers_versions_times_and_digests_have_one_shape() {
    assert_eq!(
        shape("  pin   2026-11-21T09:15:44Z  102 files, 4,5 MiB, sha256 be0f1f6fe5c0…, sha256:f1…"),
        " pin N:N:N N files, N MiB, sha256 N…, sha256:N…"
    );
    assert_eq!(
        shape("made with  apt 3.0.4, mmdebstrap 1.5.7-1+deb13u1 on amd64"),
        "made with apt N, mmdebstrap N on amd64"
    );
    assert_eq!(
        without_times("    mtime    2026-11-24T04:26:31.489510156Z | 0755"),
        "    mtime    TIME | 0755"
    );
}
