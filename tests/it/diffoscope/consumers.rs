//! The argument lists of the programs that call diffoscope, each as its source has it.

use std::fs::File;

use crate::diffoscope::{Place, TARS, json, silent};
use crate::support::harness::Test;
use crate::support::run::run;

pub(crate) const TESTS: &[Test] = &[
    test!(rebuilderd_stores_what_is_printed),
    test!(jenkins_for_debian_takes_a_page_for_a_difference),
    test!(jenkins_for_other_systems_asks_for_a_page),
    test!(jenkins_asks_for_the_version),
    test!(reprotest_compares_directories),
    test!(debrepro_compares_packages_without_an_option),
    test!(the_janitor_reads_json),
    test!(nixos_compares_directories_in_colour),
    test!(oss_rebuild_reads_both_streams),
    test!(vessel_reads_json_from_a_file),
    test!(diffoscope_server_reads_a_page_from_standard_output),
    test!(sbt_reads_a_page_in_a_directory),
    test!(the_tests_of_mmdebstrap_compare_tarballs),
    test!(ci_of_freebsd_compares_directories),
];

/// `worker/src/diffoscope.rs`, with the arguments of the example configuration.
fn rebuilderd_stores_what_is_printed() {
    let place = Place::new();
    let given = "--max-container-depth 2 --fuzzy-threshold 0 --timeout=3600 --";
    let given: Vec<&str> = given.split(' ').collect();
    let with = |inputs: &[&str]| place.run(&[&given[..], inputs].concat());
    assert_eq!(with(&["a.tar", "b.tar"]), silent(1, TARS));
    assert_eq!(with(&["a.tar", "a.tar"]), silent(0, ""));
}

/// `bin/reproducible_build.sh`, `call_diffoscope_on_changes_files`.
fn jenkins_for_debian_takes_a_page_for_a_difference() {
    let place = Place::new();
    let call = |right: &str| {
        place.run(&[
            "--html",
            "r.html",
            "--text",
            "r.txt",
            "--json",
            "r.json",
            "--profile=-",
            "a-changes/hello.changes",
            right,
        ])
    };
    assert_eq!(call("b-changes/hello.changes"), silent(1, ""));
    assert_eq!(place.new_names(), ["r.html", "r.json", "r.txt"]);
    assert!(place.read("r.txt").contains(
        "hello.deb/data.tar/f\n  content  sha256:4355a46b… (2 bytes) | sha256:53c234e5… (2 bytes)\n"
    ));
    assert_eq!(call("a-changes/hello.changes"), silent(0, ""));
    assert_eq!(place.new_names(), [""; 0]);
}

/// `bin/reproducible_common.sh`, `call_diffoscope`.
fn jenkins_for_other_systems_asks_for_a_page() {
    let place = Place::new();
    let call = |right: &str| place.run(&["--html", "r.html", "a.tar", right]);
    assert_eq!(call("b.tar"), silent(1, ""));
    assert!(place.read("r.html").starts_with("<!DOCTYPE html>"));
    assert_eq!(call("a.tar"), silent(0, ""));
    assert_eq!(place.new_names(), [""; 0]);
}

/// `bin/rblib/commands.py`.
fn jenkins_asks_for_the_version() {
    let expected = concat!("diffoscope (twinroot ", env!("CARGO_PKG_VERSION"), ")\n");
    assert_eq!(Place::new().run(&["--version"]), silent(0, expected));
}

const DIRECTORIES: &str = "\
DIVERGENT  a | b
  left       2.5 KiB  2 entries
  right      2.5 KiB  2 entries
1 divergent entry

./f
  content  sha256:4355a46b… (2 bytes) | sha256:53c234e5… (2 bytes)
    @@ -1 +1 @@
    -1
    +2
";

/// `reprotest/__init__.py`, `run_diff`, which raises unless the status is 0 or 1.
fn reprotest_compares_directories() {
    let place = Place::new();
    for option in ["--no-progress", "--debug"] {
        assert_eq!(place.run(&[option, "a", "b"]), silent(1, DIRECTORIES));
        assert_eq!(place.run(&[option, "a", "a"]), silent(0, ""));
    }
}

/// `scripts/debrepro.sh`.
fn debrepro_compares_packages_without_an_option() {
    let place = Place::new();
    let found = place.run(&["a.deb", "b.deb"]);
    assert_eq!((found.status, found.stderr.as_str()), (Some(1), ""));
    let entry = "data.tar/f\n  content  sha256:4355a46b… (2 bytes) | sha256:53c234e5… (2 bytes)\n";
    assert!(found.stdout.contains(entry), "{}", found.stdout);
    assert_eq!(place.run(&["a.deb", "a.deb"]), silent(0, ""));
}

/// `differ/src/diffoscope.rs`.
fn the_janitor_reads_json() {
    let place = Place::new();
    let call =
        |left, right| place.run(&["--json=-", "--exclude-directory-metadata=yes", left, right]);
    assert_eq!(call("a", "b"), silent(1, &json("a", "b", "./f")));
    assert_eq!(
        call("a.tar", "b.tar"),
        silent(1, &json("a.tar", "b.tar", "./f"))
    );
    assert_eq!(call("a.tar", "a.tar"), silent(0, ""));
}

/// `pkgs/build-support/testers/default.nix`.
fn nixos_compares_directories_in_colour() {
    let place = Place::new();
    let call = |right| {
        place.run(&[
            "--no-progress",
            "--text-color=always",
            "--exclude-directory-metadata=no",
            "--",
            "a",
            right,
        ])
    };
    let found = call("b");
    assert_eq!((found.status, found.stderr.as_str()), (Some(1), ""));
    assert!(found.stdout.contains("\u{1b}["), "{}", found.stdout);
    assert_eq!(call("a"), silent(0, ""));
}

/// `tools/ctl/difftool/diffoscope.go`, by way of a shell with `2>&1`.
fn oss_rebuild_reads_both_streams() {
    let place = Place::new();
    let found = place.run(&["--no-progress", "--text-color=always", "a.tar", "b.tar"]);
    assert_eq!((found.status, found.stderr.as_str()), (Some(1), ""));
    assert!(found.stdout.contains("\u{1b}["), "{}", found.stdout);
}

/// `vessel/utils/diffoscope.py`.
fn vessel_reads_json_from_a_file() {
    let place = Place::new();
    let found = place.run(&["--json", "r.json", "a.tar", "b.tar"]);
    assert_eq!(found, silent(1, ""));
    assert_eq!(place.read("r.json"), json("a.tar", "b.tar", "./f"));
    let found = place.run(&["--json", "r.json", "--new-file", "a.tar", "none"]);
    assert_eq!(found, silent(1, ""));
    assert!(place.read("r.json").contains("\"source2\":\"none\""));
}

/// `diffoscope_server/main.py`.
fn diffoscope_server_reads_a_page_from_standard_output() {
    let place = Place::new();
    let found = place.run(&["--html", "-", "a.tar", "b.tar"]);
    assert_eq!((found.status, found.stderr.as_str()), (Some(1), ""));
    assert!(found.stdout.starts_with("<!DOCTYPE html>"));
}

fn sbt_reads_a_page_in_a_directory() {
    let place = Place::new();
    let call = |right: &str| place.run(&["--html-dir", "pages", "a.tar", right]);
    assert_eq!(call("a.tar"), silent(0, ""));
    assert_eq!(place.new_names(), [""; 0]);
    assert_eq!(call("b.tar"), silent(1, ""));
    assert!(
        place
            .read("pages/index.html")
            .starts_with("<!DOCTYPE html>")
    );
}

/// `tests/chrootless` and its like.
fn the_tests_of_mmdebstrap_compare_tarballs() {
    let place = Place::new();
    assert_eq!(place.run(&["a.tar", "b.tar"]), silent(1, TARS));
}

fn ci_of_freebsd_compares_directories() {
    let place = Place::new();
    let call = |right: &str| place.run(&["--html", "r.html", "a", right]);
    assert_eq!(call("b"), silent(1, ""));
    assert!(place.path("r.html").is_file());
    assert_eq!(call("a"), silent(0, ""));
    assert!(!place.path("r.html").exists());
    // A device takes the page, and nothing of what is equal.
    let sink = File::options().write(true).open("/dev/null").unwrap();
    let found = run(place
        .command(&["--html", "/dev/stdout", "a", "a"])
        .stdout(sink));
    assert_eq!(found, silent(0, ""));
}
