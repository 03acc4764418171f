//! Rules of `--known` on the command line.

use std::fs;

use serde_json::json;

use crate::support::archive::{archive, file};
use crate::support::harness::Test;
use crate::support::report::report;
use crate::support::repository::Repository;
use crate::support::run::{Ran, directory, run, twinroot, verify_tiny};

pub(crate) const TESTS: &[Test] = &[
    test!(a_known_divergence_is_counted_and_the_verdict_stays),
    test!(what_is_not_known_and_a_rule_of_no_use_are_not_accepted),
    test!(a_bad_file_is_one_line_with_its_place),
    test!(the_example_file_is_one),
    test!(verify_accepts_known_divergences_and_escapes, needs: [Sandboxes, Root]),
];

/// Compares two archives that differ in one byte, with these rules.
fn compare(rules: &str, arguments: &[&str]) -> Ran {
    let lab = directory();
    let path = |name: &str| lab.path().join(name);
    fs::write(path("left.tar"), archive(&[file("etc/a", b"1")])).unwrap();
    fs::write(path("right.tar"), archive(&[file("etc/a", b"2")])).unwrap();
    fs::write(path("known.toml"), rules).unwrap();
    let mut command = twinroot(lab.path());
    command.current_dir(lab.path());
    command.args(["compare", "left.tar", "right.tar", "--known=known.toml"]);
    run(command.args(arguments))
}

const RULE: &str = "[[known]]\npath = '/etc/a'\nfields = ['content']\nbug = '#1'\nreason = 'x'\n";

fn a_known_divergence_is_counted_and_the_verdict_stays() {
    let ran = compare(RULE, &["--json=-"]);
    assert_eq!(ran.status, Some(1));
    let report = report(&ran);
    assert_eq!(report["verdict"], "divergent");
    assert_eq!(
        report["known"],
        json!([{ "rule": "/etc/a (content)", "count": 1, "bug": "#1", "reason": "x" }])
    );
    let text = compare(RULE, &["--accept-known"]);
    assert_eq!(text.status, Some(0));
    assert!(
        text.stdout
            .ends_with("\nknown: /etc/a (content) (1)  #1  x\nknown: 1 of 1 finding\n"),
        "{text:?}"
    );
}

fn what_is_not_known_and_a_rule_of_no_use_are_not_accepted() {
    let cases = [
        ("", 1),
        ("[[known]]\npath = '/etc/b'\n", 1),
        (&format!("{RULE}[[known]]\npath = '/etc/b'\n"), 1),
        (&format!("{RULE}expires = 2000-01-01\n"), 1),
        (&format!("{RULE}expires = 9999-01-01\n"), 0),
    ];
    for (rules, status) in cases {
        assert_eq!(
            compare(rules, &["--accept-known"]).status,
            Some(status),
            "{rules}"
        );
    }
}

fn a_bad_file_is_one_line_with_its_place() {
    let ran = compare("[[known]]\npath = '/a'\nfields = ['colour']\n", &[]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(2), ""));
    assert_eq!(
        ran.stderr,
        "twinroot: known.toml: line 3: no field is called `colour`\n"
    );
}

fn the_example_file_is_one() {
    let example = include_str!("../../docs/examples/known-foreign.toml");
    assert_eq!(compare(example, &["--accept-known"]).status, Some(1));
}

fn verify_accepts_known_divergences_and_escapes() {
    let lab = directory();
    let repository = Repository::make(&lab.path().join("repository"));
    let file = lab.path().join("known.toml");
    let entries = "[[known]]\npackage = 'diverging'\narchitecture = 'amd64'\n\
                   [[known]]\npath = '/x'\ntechnique = 'fakeroot'\n";
    let escapes = "[[known]]\nescape = true\npath = '/**'\n";
    let status = |rules: &str| {
        fs::write(&file, rules).unwrap();
        let known = format!("--known={}", file.to_string_lossy());
        let arguments = ["--include=diverging,escaping", &known, "--accept-known"];
        let ran = run(&mut verify_tiny(lab.path(), &repository, &arguments));
        (ran.status, report(&ran)["verdict"].clone())
    };
    assert_eq!(status(entries), (Some(1), json!("divergent")));
    assert_eq!(
        status(&format!("{entries}{escapes}")),
        (Some(0), json!("divergent"))
    );
}
