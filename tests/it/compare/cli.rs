//! The `compare` command from outside: status, standard error, report files, pipes.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::compare::inputs;
use crate::support::archive::{archive, file};
use crate::support::harness::Test;
use crate::support::run::TWINROOT;
use crate::support::schema::validate;

pub(crate) const TESTS: &[Test] = &[
    test!(the_exit_status_says_identical_divergent_or_trouble),
    test!(the_verdict_alone_is_the_verdict_of_all),
    test!(trouble_is_one_line_and_one_hint_beside_the_partial_report),
    test!(an_unknown_field_is_refused_with_the_way_to_the_list),
    test!(identical_archives_leave_no_file_unless_asked),
    test!(identical_archives_leave_no_older_report_either),
    test!(a_pipe_is_written_as_it_is_and_a_link_stays),
    test!(an_output_that_cannot_be_made_shows_before_the_work),
    test!(a_reader_that_goes_away_does_not_change_the_status),
    test!(standard_input_and_pipes_are_read),
    test!(every_field_of_the_vocabulary_is_listed_with_a_sentence),
    test!(the_example_of_the_documentation_is_a_report),
];

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::write(place.path("a.tar"), archive(&[file("./f", b"1")])).unwrap();
        std::fs::write(place.path("b.tar"), archive(&[file("./f", b"2")])).unwrap();
        std::fs::write(
            place.path("cut.tar"),
            &archive(&[file("./f", &[b'x'; 2000])])[..1000],
        )
        .unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(TWINROOT)
            .current_dir(&self.0)
            .arg("compare")
            .args(args)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn the_exit_status_says_identical_divergent_or_trouble() {
    let place = Place::new();
    let cases: [(&[&str], i32, &str); 7] = [
        (&["a.tar", "a.tar"], 0, ""),
        (&["a.tar", "b.tar"], 1, ""),
        (&["a.tar", "b.tar", "--ignore", "content"], 0, ""),
        (&["a.tar", "b.tar", "--verdict-only"], 1, ""),
        (
            &["a.tar", "none.tar"],
            2,
            "twinroot: none.tar: No such file or directory (os error 2)\n",
        ),
        (&["a.tar", "."], 1, ""),
        (
            &["-", "-"],
            2,
            "twinroot: standard input cannot be both sides\n",
        ),
    ];
    for (args, status, message) in cases {
        let output = place.run(args);
        assert_eq!(
            (output.status.code(), errors(&output).as_str()),
            (Some(status), message),
            "{args:?}"
        );
    }
}

/// Bytes differ, and what differs is left out: asked for the verdict alone, it is the same.
fn the_verdict_alone_is_the_verdict_of_all() {
    let place = inputs::Place::new(&[("tree/f", b"1\n"), ("tree/g", b"2\n")]);
    let packed = place.shell(
        "tar --sort=name --mtime=@1 -cf a.tar tree && tar --sort=name --mtime=@2 -cf b.tar tree
         touch -d @1 tree/f tree/g tree && tar -C tree --sort=name -cf c.tar .
         gzip -1nc a.tar >a.gz && gzip -9nc a.tar >b.gz",
    );
    assert_eq!((packed.status, packed.errors.as_str()), (0, ""));
    for (left, right, more) in [
        ("a.tar", "b.tar", &["--ignore", "mtime"][..]),
        (
            "a.tar",
            "b.tar",
            &["--exclude", "tree", "--exclude", "tree/**"],
        ),
        ("a.tar", "b.tar", &["--exclude", "tree/**"]),
        ("tree", "c.tar", &[]),
        ("a.gz", "b.gz", &["--ignore", "compression"]),
        ("a.gz", "b.gz", &["--ignore", "compression,mtime"]),
        ("a.gz", "b.gz", &[]),
    ] {
        let all = place.report(left, right, more);
        let more = [more, &["--verdict-only"]].concat();
        let verdict = place.report(left, right, &more);
        assert_eq!(verdict.0, all.0, "{left} {right} {more:?}");
        assert_eq!(verdict.1.verdict, all.1.verdict);
    }
}

fn trouble_is_one_line_and_one_hint_beside_the_partial_report() {
    let place = Place::new();
    let output = place.run(&["a.tar", "cut.tar", "--json", "-"]);
    let expected = "twinroot: cut.tar: entry 1 `./f`: archive ends at byte 1000, inside content that starts at byte 512\n\
                    hint: compared 1 entry before the error; see the report\n";
    assert_eq!(
        (output.status.code(), errors(&output).as_str()),
        (Some(2), expected)
    );
    let report = twinroot::report::from_json(&output.stdout).unwrap();
    validate(&report);
}

fn an_unknown_field_is_refused_with_the_way_to_the_list() {
    let place = Place::new();
    let output = place.run(&["a.tar", "b.tar", "--ignore", "colour"]);
    let expected = "twinroot: --ignore: no field is called `colour`; `twinroot compare --list-fields` lists them\n";
    assert_eq!(
        (output.status.code(), errors(&output).as_str()),
        (Some(2), expected)
    );
}

fn identical_archives_leave_no_file_unless_asked() {
    let place = Place::new();
    assert_eq!(
        place
            .run(&["a.tar", "a.tar", "--json", "r.json", "--text", "r.txt"])
            .status
            .code(),
        Some(0)
    );
    assert!(!place.path("r.json").exists() && !place.path("r.txt").exists());
    assert_eq!(
        place
            .run(&["a.tar", "a.tar", "--json", "r.json", "--output-empty"])
            .status
            .code(),
        Some(0)
    );
    assert!(place.path("r.json").exists());
    let output = place.run(&["a.tar", "b.tar", "--json", "d.json", "--text", "-"]);
    assert!(output.stdout.starts_with(b"DIVERGENT  a.tar | b.tar\n"));
    assert!(twinroot::report::from_json(&std::fs::read(place.path("d.json")).unwrap()).is_ok());
    let left: Vec<_> = std::fs::read_dir(place.0.path())
        .unwrap()
        .map(|one| one.unwrap().file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| !name.to_string_lossy().starts_with('.')),
        "{left:?}"
    );
}

fn identical_archives_leave_no_older_report_either() {
    let place = Place::new();
    for right in ["b.tar", "a.tar"] {
        let output = place.run(&["a.tar", right, "--json", "r.json"]);
        let divergent = right == "b.tar";
        assert_eq!(output.status.code(), Some(i32::from(divergent)));
        assert_eq!(place.path("r.json").exists(), divergent, "{right}");
    }
}

fn a_pipe_is_written_as_it_is_and_a_link_stays() {
    use std::os::unix::fs::FileTypeExt as _;
    let place = Place::new();
    let made = Command::new("mkfifo").arg(place.path("pipe")).status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink("real.json", place.path("link.json")).unwrap();
    std::fs::write(place.path("real.json"), b"old").unwrap();
    let pipe = place.path("pipe");
    let reader = std::thread::spawn(move || std::fs::read(pipe).unwrap());
    let output = place.run(&["a.tar", "b.tar", "--json", "link.json", "--text", "pipe"]);
    assert_eq!(
        (output.status.code(), errors(&output).as_str()),
        (Some(1), "")
    );
    assert!(
        reader
            .join()
            .unwrap()
            .starts_with(b"DIVERGENT  a.tar | b.tar\n")
    );
    let pipe = std::fs::symlink_metadata(place.path("pipe")).unwrap();
    assert!(pipe.file_type().is_fifo());
    assert!(place.path("link.json").is_symlink());
    assert!(twinroot::report::from_json(&std::fs::read(place.path("real.json")).unwrap()).is_ok());
}

fn an_output_that_cannot_be_made_shows_before_the_work() {
    let place = Place::new();
    let output = place.run(&["a.tar", "none.tar", "--json", "no/such/r.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        errors(&output).starts_with("twinroot: --json no/such/r.json: "),
        "{}",
        errors(&output)
    );
}

fn a_reader_that_goes_away_does_not_change_the_status() {
    let place = Place::new();
    let mut child = Command::new(TWINROOT)
        .current_dir(&place.0)
        .args(["compare", "a.tar", "b.tar"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), errors(&output).as_str()),
        (Some(1), "")
    );
}

fn standard_input_and_pipes_are_read() {
    let place = Place::new();
    let script = "cat b.tar | \"$0\" compare a.tar - --json - > one.json; test $? = 1 || exit 3
        mkfifo pipe; cat a.tar > pipe & \"$0\" compare pipe a.tar --text -";
    let output = Command::new("sh")
        .current_dir(&place.0)
        .args(["-c", script, TWINROOT])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stdout.starts_with(b"IDENTICAL  pipe | a.tar\n"));
}

fn every_field_of_the_vocabulary_is_listed_with_a_sentence() {
    let output = Place::new().run(&["--list-fields"]);
    let listed = String::from_utf8(output.stdout).unwrap();
    for term in twinroot::compare::field_names()
        .iter()
        .chain(twinroot::compare::archive_names())
    {
        assert!(
            listed.contains(term.meaning) && listed.contains(term.name),
            "{}",
            term.name
        );
    }
}

fn the_example_of_the_documentation_is_a_report() {
    let page = include_str!("../../../docs/report-format.md");
    let example = page
        .split("```json\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    validate(&twinroot::report::from_json(example.as_bytes()).unwrap());
    for term in twinroot::compare::field_names()
        .iter()
        .chain(twinroot::compare::archive_names())
    {
        assert!(
            page.contains(&format!("`{}", term.name)),
            "{} is not described",
            term.name
        );
    }
}
