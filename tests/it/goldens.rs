//! What users read, whole: reports, bug reports, help texts and the checks of `doctor`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use twinroot::report::{
    Listing, Report, bug, codequality, diffoscope_json, from_json, html, json, junit, markdown,
    packages_table, sarif, text,
};

use crate::support::golden::assert_golden;
use crate::support::harness::Test;
use crate::support::run::{COMMANDS, testdata};

pub(crate) const TESTS: &[Test] = &[
    test!(every_report_reads_as_expected),
    test!(every_report_has_its_forms_for_people),
    test!(every_report_has_its_forms_for_programs),
    test!(a_report_is_written_as_it_was_read),
    test!(a_bug_report_and_the_table_of_packages_read_as_expected),
    test!(an_audit_reads_as_expected),
    test!(every_help_text_reads_as_expected),
    test!(doctor_makes_the_checks_that_are_expected),
];

/// The folders of `testdata/report`, sorted.
fn cases() -> Vec<PathBuf> {
    let folders = fs::read_dir(testdata("report")).unwrap();
    let mut cases: Vec<_> = folders.map(|folder| folder.unwrap().path()).collect();
    cases.sort();
    cases
}

fn report(case: &Path) -> Report {
    let place = case.join("report.json");
    from_json(&fs::read(&place).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", place.display()))
}

fn every_report_reads_as_expected() {
    for case in cases() {
        assert_golden(
            &case.join("expected.txt"),
            &text(&report(&case), Listing::Cut),
        );
    }
}

/// Cases whose pages are kept; those of the others would take a megabyte.
const PAGES: [&str; 6] = [
    "compare-many",
    "compare-moved",
    "escaped",
    "latent",
    "matrix-failed",
    "trouble",
];

/// A form whose version of twinroot is none, so that a release changes no file.
fn unversioned(form: &str) -> String {
    let version = concat!("\"version\":\"", env!("CARGO_PKG_VERSION"), "\"");
    form.replace(version, "\"version\":\"(version)\"")
}

fn every_report_has_its_forms_for_people() {
    for case in cases() {
        let report = report(&case);
        assert_golden(&case.join("expected.md"), &markdown(&report));
        if PAGES.iter().any(|name| case.ends_with(name)) {
            assert_golden(&case.join("expected.html"), &html(&report));
        }
    }
}

fn every_report_has_its_forms_for_programs() {
    for case in cases() {
        let report = report(&case);
        for (name, form) in [
            ("expected.junit.xml", junit(&report).unwrap()),
            ("expected.codequality.json", codequality(&report).unwrap()),
            ("expected.sarif.json", sarif(&report).unwrap()),
            (
                "expected.diffoscope.json",
                diffoscope_json(&report).unwrap(),
            ),
        ] {
            assert_golden(&case.join(name), &unversioned(&form));
        }
    }
}

fn a_report_is_written_as_it_was_read() {
    for case in cases() {
        assert_golden(&case.join("report.json"), &json(&report(&case)).unwrap());
    }
}

fn a_bug_report_and_the_table_of_packages_read_as_expected() {
    for (case, package) in [
        ("important", "udev"),
        ("bookworm", "usrmerge"),
        ("escaped", "base-files"),
        ("unbuildable", "cron-daemon-common"),
        ("latent", "sed"),
    ] {
        let case = testdata("report").join(case);
        let report = report(&case);
        let text = bug(&report, package).unwrap();
        let place = case.join("expected.bug.txt");
        assert_golden(
            &place,
            &text.replace(env!("CARGO_PKG_VERSION"), "(version)"),
        );
        assert_golden(
            &case.join("expected.packages.txt"),
            &packages_table(&report),
        );
    }
}

fn an_audit_reads_as_expected() {
    let place = testdata("audit");
    let report = fs::read(place.join("report.json")).unwrap();
    let report = serde_json::from_slice(&report).unwrap();
    let text = twinroot::report::audit_text(&report);
    assert_golden(&place.join("expected.txt"), &text);
    let json = twinroot::report::audit_json(&report).unwrap();
    assert_golden(&place.join("report.json"), &json);
}

/// What twinroot prints on standard output, 100 columns wide.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_twinroot"))
        .args(arguments)
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn every_help_text_reads_as_expected() {
    assert_golden(&testdata("help/twinroot.txt"), &printed(&["--help"]));
    for command in COMMANDS {
        let place = testdata(&format!("help/{command}.txt"));
        assert_golden(&place, &printed(&[command, "--help"]));
    }
}

fn doctor_makes_the_checks_that_are_expected() {
    // What it finds, and the architectures that can be built, depend on the machine.
    let text = printed(&["doctor"]);
    let names: Vec<&str> = text.lines().filter_map(check_name).collect();
    let place = testdata("help/doctor-checks.txt");
    if names.contains(&"sandbox") {
        return assert_golden(&place, &(names.join("\n") + "\n"));
    }
    // Where builds are impossible, it ends after the first checks.
    let expected = fs::read_to_string(place).unwrap();
    let mut expected = expected.lines();
    for name in names {
        assert!(expected.any(|other| other == name), "{name}");
    }
}

/// The name of the check in a line of `doctor`; `None` for the line below that has a command.
fn check_name(line: &str) -> Option<&str> {
    let (state, rest) = line.split_at_checked(7)?;
    let name = rest.get(..20)?.trim_end();
    let is_everywhere = !name.starts_with("--arch ") && name != "own binfmt_misc";
    (!state.trim().is_empty() && is_everywhere).then_some(name)
}
