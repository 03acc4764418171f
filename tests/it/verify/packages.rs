//! What `verify` says of packages: the table, and the bug report.

use serde_json::{Value, json};

use crate::support::harness::Test;
use crate::support::report::report;
use crate::support::repository::{SHARED, SUITE};
use crate::support::run::{Ran, run, twinroot, verify_tiny};

pub(crate) const TESTS: &[Test] = &[
    test!(every_package_has_a_verdict_a_reason_and_words_for_its_scripts, needs: [Sandboxes, Root]),
    test!(a_package_that_acts_outside_without_effect_is_latent, needs: [Sandboxes, Root]),
    test!(the_table_is_printed_on_request, needs: [Sandboxes, Root]),
    test!(a_bug_report_takes_the_place_of_the_text, needs: [Sandboxes, Root]),
];

/// A run that writes text to standard output.
fn verify_text(arguments: &[&str]) -> Ran {
    let (cache, repository) = &*SHARED;
    let mut command = twinroot(cache.path());
    command.args(["verify", SUITE, &repository.mirror(), "--outside=host"]);
    run(command.arg("--quiet").args(arguments))
}

fn package(report: &Value, name: &str) -> Value {
    let packages = report["packages"].as_array().unwrap();
    let found = packages.iter().find(|package| package["name"] == name);
    found.unwrap().clone()
}

fn every_package_has_a_verdict_a_reason_and_words_for_its_scripts() {
    let (cache, repository) = &*SHARED;
    let include = "--include=behaving,diverging,escaping";
    let ran = run(&mut verify_tiny(cache.path(), repository, &[include]));
    assert_eq!(ran.status, Some(1), "{ran:?}");
    let report = report(&ran);
    assert_eq!(
        package(&report, "diverging"),
        json!({
            "name": "diverging", "version": "1.0", "source": "diverging", "source_version": "1.0",
            "architecture": "all", "essential": false,
            "scripts": [{ "name": "postinst", "dpkg_root": "aware" }],
            "divergences": 1, "escapes": 0, "attempts": 0, "verdict": "incomplete",
            "reason": "1 entry differs: ./usr/share/diverging/state"
        })
    );
    // The directories around what `escaping` wrote name no package, and accuse nobody.
    let behaving = package(&report, "behaving");
    assert_eq!(
        (
            &behaving["scripts"],
            &behaving["verdict"],
            &behaving["reason"]
        ),
        (
            &json!([{ "name": "postinst", "dpkg_root": "aware" }]),
            &json!("complete"),
            &Value::Null
        )
    );
    let escaping = package(&report, "escaping");
    assert_eq!(escaping["verdict"], "incomplete");
    assert_eq!(
        escaping["scripts"][0]["lines"][0],
        json!({
            "number": 5, "text": "echo escaped >/opt/escaping.created",
            "exercised": true, "attempts": [0]
        })
    );
}

fn a_package_that_acts_outside_without_effect_is_latent() {
    let (cache, repository) = &*SHARED;
    let verified = |option: &str| {
        let arguments = ["--include=trying", option];
        let ran = run(&mut verify_tiny(cache.path(), repository, &arguments));
        let report = report(&ran);
        assert_eq!(report["verdict"], "identical");
        (ran.status, report)
    };
    let (status, observed) = verified("--strict");
    assert_eq!(status, Some(1));
    assert_eq!(
        tried(&observed),
        [
            json!([
                "/etc/trying.obsolete",
                "none",
                "ENOENT",
                "trying",
                "postinst",
                5
            ]),
            json!(["/etc", "none", "EEXIST", "trying", "postinst", 6]),
        ]
    );
    let reads = observed["outside"]["reads"].as_array().unwrap();
    assert_eq!(reads.len(), 1, "{reads:#?}");
    assert_eq!(
        [&reads[0]["path"], &reads[0]["line"], &reads[0]["exists"]],
        [&json!("/etc/trying.conf"), &json!(7), &json!(false)]
    );
    let verdict = |report: &Value, name: &str| {
        let package = package(report, name);
        [&package["verdict"], &package["reason"]].map(Clone::clone)
    };
    let reason = "acts without effect on 2 paths outside: /etc/trying.obsolete, /etc";
    assert_eq!(
        verdict(&observed, "trying"),
        [json!("latent"), json!(reason)]
    );
    assert_eq!(
        verdict(&observed, "tiny-base"),
        [json!("complete"), Value::Null]
    );
    let (status, unobserved) = verified("--no-trace");
    assert_eq!((status, tried(&unobserved)), (Some(0), vec![]));
    for name in ["trying", "tiny-base"] {
        assert_eq!(
            verdict(&unobserved, name),
            [json!("unproven"), json!("not observed")]
        );
    }
}

/// Path, effect, error, package, script and line of each attempt.
fn tried(report: &Value) -> Vec<Value> {
    let attempts = report["outside"]["attempts"].as_array().unwrap().iter();
    let keys = ["path", "effect", "errno", "package", "script", "line"];
    attempts
        .map(|row| keys.map(|key| row[key].clone()).to_vec().into())
        .collect()
}

fn the_table_is_printed_on_request() {
    let ran = verify_text(&["--include=diverging", "--packages"]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    let table: Vec<&str> = ran.stdout.lines().rev().take(3).collect();
    assert_eq!(
        table,
        [
            "  tiny-base  1.0      0        0       complete",
            "  diverging  1.0      1        0       incomplete  postinst aware   \
             1 entry differs: ./usr/share/diverging/state",
            "  package    version  diverge  escape  verdict     scripts",
        ]
    );
}

fn a_bug_report_takes_the_place_of_the_text() {
    let ran = verify_text(&["--include=diverging", "--bug=diverging"]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    let expected = [
        "Package: diverging",
        "Version: 1.0",
        "Severity: normal",
        "User: debian-dpkg@lists.debian.org",
        "Usertags: dpkg-root-support",
        "  ./usr/share/diverging/state",
        "      -inside",
    ];
    for line in expected {
        assert!(
            ran.stdout.lines().any(|have| have == line),
            "{line}: {ran:?}"
        );
    }
    assert!(ran.stdout.starts_with("Subject: diverging: "), "{ran:?}");
    let none = verify_text(&["--include=diverging", "--bug=tiny-base"]);
    assert_eq!(
        (none.status, none.stdout.as_str()),
        (Some(1), "nothing to report for tiny-base\n")
    );
}
