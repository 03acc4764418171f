//! What `compare` takes besides tarballs, and what it says of what it does not take.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use twinroot::report::Report;

use crate::support::archive::{archive, file};
use crate::support::harness::Test;
use crate::support::run::TWINROOT;
use crate::support::schema::validate;

pub(crate) const TESTS: &[Test] = &[
    test!(two_files_of_equal_bytes_are_identical_whatever_they_are),
    test!(two_files_that_are_no_archives_are_compared_as_bytes),
    test!(a_content_is_explained_by_what_its_path_says_it_is),
    test!(a_large_file_is_shown_at_its_first_difference),
    test!(a_file_from_a_pipe_is_compared_as_bytes_too),
    test!(an_archive_and_something_else_are_trouble_that_says_what_it_is),
    test!(every_compression_that_is_read_holds_the_same_archive),
    test!(nothing_is_no_archive),
    test!(zeros_without_end_are_given_up),
    test!(a_refused_value_stands_beside_its_option),
    test!(two_files_without_a_command_are_told_the_command),
    test!(a_report_beyond_the_size_limit_is_trouble),
];

/// A directory with inputs.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for (name, bytes) in files {
            let path = place.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What the program says, given all its arguments.
    pub(crate) fn run(&self, args: &[&str]) -> Said {
        let output = Command::new(TWINROOT)
            .current_dir(&self.0)
            .args(args)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Said::from(&output)
    }

    /// What a shell says that runs a script, in which `$0` is the program.
    pub(crate) fn shell(&self, script: &str) -> Said {
        let output = Command::new("sh")
            .current_dir(&self.0)
            .args(["-c", script, TWINROOT])
            .output()
            .unwrap();
        Said::from(&output)
    }

    /// The report of a comparison, and the exit status.
    pub(crate) fn report(&self, left: &str, right: &str, more: &[&str]) -> (i32, Report) {
        let args = [&["compare", left, right, "--json", "-"], more].concat();
        let said = self.run(&args);
        let report = twinroot::report::from_json(said.out.as_bytes()).unwrap();
        validate(&report);
        (said.status, report)
    }
}

/// Exit status and output.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) errors: String,
}

impl Said {
    fn from(output: &Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Divergent entries as lines: path, kind, names of fields.
pub(crate) fn rows(report: &Report) -> Vec<String> {
    let row = |one: &twinroot::report::DivergentEntry| {
        let names: Vec<&str> = one.fields.iter().map(|field| field.name.as_str()).collect();
        format!("{} {:?} {}", one.path, one.kind, names.join(","))
    };
    report.divergences.all().iter().map(row).collect()
}

const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0";
const SEVEN_ZIP: &[u8] = b"7z\xbc\xaf\x27\x1c\0\x04";

fn two_files_of_equal_bytes_are_identical_whatever_they_are() {
    let noise: Vec<u8> = (0..5000_u32).map(|at| ((at * at) >> 3) as u8 | 1).collect();
    let contents: [&[u8]; 6] = [b"", b"hello\n", ZIP, &noise, &[0; 100], b"<html>"];
    for bytes in contents {
        let place = Place::new(&[("a", bytes), ("b", bytes)]);
        let (status, report) = place.report("a", "b", &[]);
        let sizes = (report.left.bytes, report.right.bytes);
        let size = bytes.len() as u64;
        assert_eq!((status, sizes), (0, (size, size)), "{bytes:?}");
        assert!(report.archive.is_empty() && report.divergences.is_empty());
    }
}

fn two_files_that_are_no_archives_are_compared_as_bytes() {
    let place = Place::new(&[
        ("a.txt", b"one\ntwo\n"),
        ("b.txt", b"one\n2\n"),
        ("a.7z", SEVEN_ZIP),
    ]);
    let said = place.run(&["compare", "a.txt", "b.txt"]);
    let start = "DIVERGENT  a.txt | b.txt\n\
        \x20 left       8 B\n\
        \x20 right      6 B\n\
        1 divergent entry\n\
        \n\
        a.txt\n\
        \x20 size     8 | 6\n\
        \x20 content  sha256:";
    assert!(said.status == 1 && said.out.starts_with(start), "{said:?}");
    assert!(
        said.out.ends_with("     one\n    -two\n    +2\n"),
        "{said:?}"
    );
    let (status, report) = place.report("a.txt", "a.7z", &[]);
    assert_eq!(
        (status, rows(&report)),
        (1, vec!["a.txt Changed content".to_owned()])
    );
    assert_eq!(
        report.notes,
        ["the inputs were compared as bytes: one is a 7-Zip archive, which is not read"]
    );
    let (status, report) = place.report("a.txt", "b.txt", &["--verdict-only"]);
    let names: Vec<&str> = report.archive.iter().map(|one| one.name.as_str()).collect();
    assert_eq!((status, names), (1, vec!["unexplained-bytes"]));
    assert_eq!(
        place
            .report("a.txt", "b.txt", &["--ignore", "content,size"])
            .0,
        0
    );
}

fn a_content_is_explained_by_what_its_path_says_it_is() {
    let place = Place::new(&[
        ("old/etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n"),
        ("new/etc/passwd", b"root:x:0:0:root:/root:/bin/bash\n"),
    ]);
    let (status, report) = place.report("old/etc/passwd", "new/etc/passwd", &[]);
    let detail = report.divergences.all()[0].fields[1]
        .detail
        .clone()
        .unwrap();
    assert_eq!(
        (status, report.divergences.all()[0].path.as_str()),
        (1, "etc/passwd")
    );
    assert!(
        detail.starts_with("read as accounts\n  account root: shell /bin/sh | /bin/bash\n"),
        "{detail}"
    );
}

fn a_large_file_is_shown_at_its_first_difference() {
    let mut old = vec![7; 20 << 20];
    old[0] = 0xff;
    let mut new = old.clone();
    new[19 << 20] = 8;
    let place = Place::new(&[("a", &old), ("b", &new)]);
    let (status, report) = place.report("a", "b", &[]);
    let field = &report.divergences.all()[0].fields[0];
    let detail = field.detail.clone().unwrap_or_default();
    assert_eq!((status, field.name.as_str()), (1, "content"));
    assert!(
        detail.starts_with("first difference at byte 19922944\n"),
        "{detail}"
    );
}

fn a_file_from_a_pipe_is_compared_as_bytes_too() {
    let place = Place::new(&[("a", b"x\n"), ("b", b"y\n")]);
    let said = place.shell("cat b | \"$0\" compare a - --json -");
    let report = twinroot::report::from_json(said.out.as_bytes()).unwrap();
    assert_eq!(
        (said.status, rows(&report)),
        (1, vec!["a Changed content".to_owned()])
    );
    let said = place.shell("cat a | \"$0\" compare a -");
    assert_eq!(said.status, 0, "{said:?}");
}

fn an_archive_and_something_else_are_trouble_that_says_what_it_is() {
    let tar = archive(&[file("./f", b"1")]);
    let table: [(&[u8], &str); 5] = [
        (
            b"",
            "is empty; the left input is a tar archive\nhint: did what should have made it fail?\n",
        ),
        (
            ZIP,
            "is a zip archive; the left input is a tar archive\n\
             hint: `bsdtar -cf OUT.tar @FILE`, of libarchive-tools, makes a tarball of it\n",
        ),
        (
            b"<!DOCTYPE html>\n<title>404</title>",
            "is an HTML page, which is not read; the left input is a tar archive\n\
             hint: was an error page downloaded in place of the archive?\n",
        ),
        (b"hello\n", "is a text; the left input is a tar archive\n"),
        (
            b"\xff\xfe\0",
            "is of no known kind; the left input is a tar archive\n",
        ),
    ];
    for (bytes, message) in table {
        let place = Place::new(&[("a.tar", &tar), ("b", bytes)]);
        let expected = Said {
            status: 2,
            out: String::new(),
            errors: format!("twinroot: b: {message}"),
        };
        assert_eq!(place.run(&["compare", "a.tar", "b"]), expected);
    }
}

fn every_compression_that_is_read_holds_the_same_archive() {
    let tar = archive(&[file("./f", b"1")]);
    let place = Place::new(&[("a.tar", &tar)]);
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
    lz4.write_all(&tar).unwrap();
    std::fs::write(place.path("a.tar.lz4"), lz4.finish().unwrap()).unwrap();
    let options = liblzma::stream::LzmaOptions::new_preset(6).unwrap();
    let stream = liblzma::stream::Stream::new_lzma_encoder(&options).unwrap();
    let mut lzma = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
    lzma.write_all(&tar).unwrap();
    std::fs::write(place.path("a.tar.lzma"), lzma.finish().unwrap()).unwrap();
    for (name, compression) in [("a.tar.lz4", "lz4"), ("a.tar.lzma", "lzma")] {
        let (status, report) = place.report("a.tar", name, &[]);
        let aspects: Vec<_> = report.archive.iter().map(|one| one.right.clone()).collect();
        assert_eq!((status, aspects), (1, vec![Some(compression.to_owned())]));
        let (status, _) = place.report("a.tar", name, &["--ignore", "compression"]);
        assert_eq!(status, 0);
    }
}

fn nothing_is_no_archive() {
    let place = Place::new(&[("a.tar", &archive(&[])), ("empty", b"")]);
    let (status, report) = place.report("empty", "empty", &[]);
    assert_eq!(
        (status, report.notes),
        (0, vec!["both inputs are empty".to_owned()])
    );
    for (script, message) in [
        (
            "\"$0\" compare empty - <&-",
            "twinroot: standard input: is closed\n",
        ),
        (
            "\"$0\" compare a.tar - </dev/null",
            "twinroot: standard input: is empty; the left input is a tar archive\n\
             hint: did what should have made it fail?\n",
        ),
    ] {
        let expected = Said {
            status: 2,
            out: String::new(),
            errors: message.to_owned(),
        };
        assert_eq!(place.shell(script), expected);
    }
}

fn zeros_without_end_are_given_up() {
    let place = Place::new(&[("a.tar", &archive(&[file("./f", b"1")]))]);
    let said = place.run(&["compare", "/dev/zero", "/dev/zero"]);
    assert_eq!(said.status, 2);
    let expected = "twinroot: /dev/zero: after 0 entries: nothing but zeros in the first GiB\n";
    assert!(said.errors.starts_with(expected), "{said:?}");
}

fn a_refused_value_stands_beside_its_option() {
    let place = Place::new(&[("a.tar", &archive(&[]))]);
    let table: [(&[&str], &str); 3] = [
        (
            &["--ignore", "mtimes"],
            "twinroot: --ignore: no field is called `mtimes`; did you mean `mtime`?\n",
        ),
        (
            &["--exclude", "["],
            "twinroot: --exclude: error parsing glob '[': unclosed character class; missing ']'\n",
        ),
        (
            &["--json", "/nonexistent/x.json"],
            "twinroot: --json /nonexistent/x.json: No such file or directory (os error 2)\n",
        ),
    ];
    for (option, errors) in table {
        let said = place.run(&[&["compare", "a.tar", "a.tar"], option].concat());
        assert_eq!((said.status, said.errors.as_str()), (2, errors));
    }
}

fn two_files_without_a_command_are_told_the_command() {
    let place = Place::new(&[("a.tar", b""), ("b c.tar", b"")]);
    let expected = Said {
        status: 2,
        out: String::new(),
        errors: "twinroot: `a.tar` is a file, not a command\n\
                 hint: twinroot compare a.tar 'b c.tar'\n"
            .to_owned(),
    };
    assert_eq!(place.run(&["a.tar", "b c.tar"]), expected);
    let said = place.run(&["compair", "b c.tar"]);
    assert!(
        said.errors
            .contains("similar subcommands exist: 'completions', 'compare'"),
        "{said:?}"
    );
}

fn a_report_beyond_the_size_limit_is_trouble() {
    let tar = |content: &[u8]| archive(&[file("./f", content)]);
    let place = Place::new(&[("a.tar", &tar(b"1")), ("b.tar", &tar(b"2"))]);
    let said = place.shell("ulimit -f 0; \"$0\" compare a.tar b.tar --json r.json");
    let expected = Said {
        status: 2,
        out: String::new(),
        errors: "twinroot: --json r.json: File too large (os error 27)\n".to_owned(),
    };
    assert_eq!(said, expected);
    assert!(!place.path("r.json").exists());
}
