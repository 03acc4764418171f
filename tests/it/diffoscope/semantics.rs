//! What diffoscope's callers rely on beside its arguments.

use std::fs;
use std::process::Command;

use crate::diffoscope::{Place, TARS, json, silent, trouble};
use crate::support::archive::{archive, file};
use crate::support::harness::Test;
use crate::support::run::{TWINROOT, run};

pub(crate) const TESTS: &[Test] = &[
    test!(the_command_is_the_same_without_a_link),
    test!(what_is_equal_is_written_if_that_is_asked_for),
    test!(a_missing_file_is_trouble_in_the_words_of_the_system),
    test!(a_missing_file_is_empty_if_that_is_asked_for),
    test!(after_the_time_only_explaining_stops),
    test!(a_pattern_matches_a_name_as_it_is_spelled),
    test!(metadata_of_directories_are_left_out_if_that_is_asked_for),
    test!(metadata_of_archives_are_left_out_by_recursive_alone),
    test!(two_files_of_different_sorts_are_compared_as_bytes),
    test!(a_directory_and_a_file_are_trouble),
    test!(a_damaged_archive_is_one_line_beside_what_was_found),
    test!(status_lines_are_json),
    test!(a_status_file_that_is_not_open_is_trouble),
    test!(a_saved_report_is_rendered_and_one_of_diffoscope_refused),
    test!(arguments_are_read_from_a_file),
    test!(the_last_of_two_equal_options_counts_and_short_forms_are_known),
    test!(nothing_is_masked),
    test!(every_ignored_option_is_accepted),
    test!(tools_are_listed),
];

fn the_command_is_the_same_without_a_link() {
    let place = Place::new();
    let mut command = Command::new(TWINROOT);
    command.current_dir(&place.0);
    let found = run(command.args(["diffoscope", "a.tar", "b.tar"]));
    assert_eq!(found, silent(1, TARS));
}

fn what_is_equal_is_written_if_that_is_asked_for() {
    let place = Place::new();
    let all = "--output-empty --text r.txt --json r.json --html r.html --markdown r.md";
    let all: Vec<&str> = all.split(' ').chain(["a.tar", "a.tar"]).collect();
    assert_eq!(place.run(&all), silent(0, ""));
    assert_eq!(place.read("r.txt"), "");
    assert_eq!(
        place.read("r.json"),
        "{\"diffoscope-json-version\":1,\"source1\":\"a.tar\",\"source2\":\"a.tar\",\
         \"unified_diff\":null}\n"
    );
    assert!(place.read("r.html").starts_with("<!DOCTYPE html>"));
    assert!(
        place
            .read("r.md")
            .starts_with("## IDENTICAL: a.tar \\| a.tar\n")
    );
    let printed = place.run(&["--output-empty", "a.tar", "a.tar"]);
    assert_eq!(printed, silent(0, ""));
}

fn a_missing_file_is_trouble_in_the_words_of_the_system() {
    let place = Place::new();
    let expected = trouble("diffoscope: none: No such file or directory\n");
    assert_eq!(place.run(&["a.tar", "none"]), expected);
    assert_eq!(place.run(&["--html", "r.html", "none", "a.tar"]), expected);
    assert_eq!(place.new_names(), [""; 0]);
}

fn a_missing_file_is_empty_if_that_is_asked_for() {
    let place = Place::new();
    fs::write(place.path("r.txt"), "1\n").unwrap();
    let expected = "\
DIVERGENT  r.txt | none
  left       2 B
  right      0 B
1 divergent entry

r.txt
  size     2 | 0
  content  sha256:4355a46b… (2 bytes) | none
    @@ -1 +0,0 @@
    -1
";
    assert_eq!(
        place.run(&["--new-file", "r.txt", "none"]),
        silent(1, expected)
    );
    let found = place.run(&[
        "--new-file",
        "--exclude-directory-metadata=yes",
        "none",
        "b",
    ]);
    assert_eq!((found.status, found.stderr.as_str()), (Some(1), ""));
    assert!(found.stdout.contains("./f  right only: file 0644"));
}

fn after_the_time_only_explaining_stops() {
    let place = Place::new();
    let expected = "\
DIVERGENT  a.tar | b.tar
  left       10.0 KiB  1 entry
  right      10.0 KiB  1 entry
1 divergent entry

./f
  content  sha256:4355a46b… (2 bytes) | sha256:53c234e5… (2 bytes)

note: Timeout exceeded; details may be incomplete.
";
    let late = |arguments: &[&str]| place.run(&[&["--timeout", "0"], arguments].concat());
    assert_eq!(late(&["a.tar", "b.tar"]), silent(1, expected));
    assert_eq!(late(&["a.tar", "a.tar"]), silent(0, ""));
    let comment = "\"Timeout exceeded; details may be incomplete.\"";
    let found = late(&["--json=-", "a.tar", "b.tar"]);
    assert!(found.stdout.contains(comment), "{}", found.stdout);
    // A time that is not over changes nothing.
    let found = place.run(&["--timeout", "3600", "a.tar", "b.tar"]);
    assert_eq!(found, silent(1, TARS));
}

fn a_pattern_matches_a_name_as_it_is_spelled() {
    let place = Place::new();
    for (pattern, inputs, status) in [
        ("./f", ["a.tar", "b.tar"], 0),
        ("./*", ["a.tar", "b.tar"], 0),
        ("f", ["a.tar", "b.tar"], 1),
        ("f", ["a", "b"], 0),
        ("./f", ["a", "b"], 1),
    ] {
        let found = place.run(&["--exclude", pattern, inputs[0], inputs[1]]);
        assert_eq!(found.status, Some(status), "{pattern} {inputs:?}");
        assert_eq!(found.stderr, "");
    }
    let found = place.run(&["--exclude", "./f", "--exclude", "x", "a.tar", "b.tar"]);
    assert_eq!(found, silent(0, ""));
}

fn metadata_of_directories_are_left_out_if_that_is_asked_for() {
    let place = Place::new();
    place.write_directory("c", b"1\n");
    fs::File::open(place.path("c/f"))
        .unwrap()
        .set_times(fs::FileTimes::new().set_modified(std::time::SystemTime::now()))
        .unwrap();
    for (when, status) in [("auto", 1), ("no", 1), ("yes", 0), ("recursive", 0)] {
        let found = place.run(&["--exclude-directory-metadata", when, "a", "c"]);
        assert_eq!((found.status, found.stderr.as_str()), (Some(status), ""));
    }
    let found = place.run(&["--exclude-directory-metadata", "recursive", "a", "b"]);
    assert_eq!(found.status, Some(1));
}

fn metadata_of_archives_are_left_out_by_recursive_alone() {
    let place = Place::new();
    let mut entry = file("./f", b"1\n");
    entry.mode = 0o600;
    fs::write(place.path("c.tar"), archive(&[entry])).unwrap();
    for (when, status) in [("auto", 1), ("no", 1), ("yes", 1), ("recursive", 0)] {
        let found = place.run(&["--exclude-directory-metadata", when, "a.tar", "c.tar"]);
        assert_eq!((found.status, found.stderr.as_str()), (Some(status), ""));
    }
}

fn two_files_of_different_sorts_are_compared_as_bytes() {
    let place = Place::new();
    fs::write(place.path("r.txt"), "1\n").unwrap();
    let found = place.run(&["a.tar", "r.txt"]);
    assert_eq!((found.status, found.stderr.as_str()), (Some(1), ""));
    let note = "note: the inputs were compared as bytes: the left one is a tar archive, and the \
                right one is a text\n";
    assert!(found.stdout.ends_with(note), "{}", found.stdout);
}

fn a_directory_and_a_file_are_trouble() {
    let place = Place::new();
    let found = place.run(&["a", "a.deb"]);
    assert_eq!(
        found,
        trouble("diffoscope: a.deb: is an ar archive; the left input is a directory\n")
    );
}

fn a_damaged_archive_is_one_line_beside_what_was_found() {
    let place = Place::new();
    let whole = archive(&[file("./f", &[b'x'; 2000])]);
    fs::write(place.path("cut.tar"), &whole[..1000]).unwrap();
    let found = place.run(&["a.tar", "cut.tar"]);
    let expected = "diffoscope: cut.tar: entry 1 `./f`: archive ends at byte 1000, inside content \
                    that starts at byte 512\n";
    assert_eq!((found.status, found.stderr.as_str()), (Some(2), expected));
    assert!(
        found.stdout.contains("FAILED  a.tar | cut.tar\n"),
        "{}",
        found.stdout
    );
}

fn status_lines_are_json() {
    let place = Place::new();
    let script = "./diffoscope --status-fd 3 a.tar b.tar 3>r.status";
    let mut command = Command::new("sh");
    let found = run(command.current_dir(&place.0).args(["-c", script]));
    assert_eq!(found, silent(1, TARS));
    assert_eq!(
        place.read("r.status"),
        "{\"msg\":\"a.tar\",\"total\":10240,\"current\":0}\n\
         {\"msg\":\"a.tar\",\"total\":10240,\"current\":10240}\n"
    );
}

fn a_status_file_that_is_not_open_is_trouble() {
    let found = Place::new().run(&["--status-fd", "999", "a.tar", "b.tar"]);
    let expected = "diffoscope: --status-fd 999: No such file or directory (os error 2)\n";
    assert_eq!(found, trouble(expected));
}

fn a_saved_report_is_rendered_and_one_of_diffoscope_refused() {
    let place = Place::new();
    let mut command = Command::new(TWINROOT);
    command.current_dir(&place.0);
    let saved = run(command.args(["compare", "a.tar", "b.tar", "--json", "r.json"]));
    assert_eq!(saved, silent(1, ""));
    let found = place.run(&["--load-existing-diff", "r.json"]);
    assert_eq!(found, silent(1, TARS));
    let found = place.run(&["--load-existing-diff", "r.json", "--json=-"]);
    assert_eq!(found, silent(1, &json("a.tar", "b.tar", "./f")));
    fs::write(place.path("r.json"), json("a", "b", "f")).unwrap();
    assert_eq!(
        place.run(&["--load-existing-diff", "r.json"]),
        trouble(
            "diffoscope: r.json: it is the JSON of diffoscope, which is written and not read; \
             a report has twinroot.report.v1\n"
        )
    );
}

fn arguments_are_read_from_a_file() {
    let place = Place::new();
    fs::write(place.path("r.args"), "--json\n-\na.tar\n").unwrap();
    let found = place.run(&["@r.args", "b.tar"]);
    assert_eq!(found, silent(1, &json("a.tar", "b.tar", "./f")));
    assert_eq!(
        place.run(&["@none", "a.tar", "b.tar"]),
        trouble("diffoscope: @none: No such file or directory (os error 2)\n")
    );
}

fn the_last_of_two_equal_options_counts_and_short_forms_are_known() {
    let place = Place::new();
    let twice = ["--text", "r.txt", "--text", "-", "a.tar", "b.tar"];
    assert_eq!(place.run(&twice), silent(1, TARS));
    assert_eq!(place.new_names(), [""; 0]);
    let short = ["--exclude-dir", "recursive", "--output-e", "a.tar", "b.tar"];
    assert_eq!(place.run(&short), silent(1, TARS));
}

fn nothing_is_masked() {
    let found = Place::new().run(&["--diff-mask", "a", "a.tar", "b.tar"]);
    let expected = "diffoscope: --diff-mask: nothing is masked; --exclude leaves out entries, and \
                    says how many\n";
    assert_eq!(found, trouble(expected));
}

fn every_ignored_option_is_accepted() {
    let place = Place::new();
    let help = place.run(&["--help"]).stdout;
    let (_, ignored) = help.split_once("Accepted and ignored:\n").unwrap();
    let (ignored, _) = ignored.split_once("Exit status:").unwrap();
    let options = ignored.lines().map(str::trim);
    let options = options.filter(|line| line.starts_with("--"));
    let mut count = 0;
    for option in options {
        let name = option.split(['[', ' ']).next().unwrap();
        let value = option.contains(" <").then_some("7");
        let arguments = [name].into_iter().chain(value).chain(["a.tar", "b.tar"]);
        let arguments: Vec<&str> = arguments.collect();
        assert_eq!(place.run(&arguments), silent(1, TARS), "{option}");
        count += 1;
    }
    assert_eq!(count, 23);
}

fn tools_are_listed() {
    let expected = "twinroot reads every format itself. It runs no other tool.\n";
    assert_eq!(Place::new().run(&["--list-tools"]), silent(0, expected));
}
