//! Maintainer scripts that fail chrootless only.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::harness::Test;
use crate::support::report::{divergences, report};
use crate::support::repository::{Repository, SUITE};
use crate::support::run::{directory, run, twinroot, verify_tiny};
use crate::support::schema::validate_json;

pub(crate) const TESTS: &[Test] = &[
    test!(a_script_that_fails_chrootless_is_a_finding_and_the_rest_is_compared, needs: [Sandboxes, Root]),
    test!(what_fails_because_of_an_earlier_failure_says_so, needs: [Sandboxes, Root]),
    test!(without_a_failure_that_may_be_passed_over_nothing_is_compared, needs: [Sandboxes, Root]),
    test!(a_run_that_cannot_be_done_says_why_in_the_file_of_its_report, needs: [Sandboxes, Root]),
];

/// The group is made inside, and looked up outside.
const FRAGILE: &str = "#!/bin/sh\n\
    set -e\n\
    echo early >\"$DPKG_ROOT/etc/early\"\n\
    echo 'fragile-group:x:4242:' >>\"$DPKG_ROOT/etc/group\"\n\
    chown root:fragile-group \"$DPKG_ROOT/etc/early\"\n\
    echo late >\"$DPKG_ROOT/etc/late\"\n";

/// It needs what the other one makes last.
const FOLLOWING: &str = "#!/bin/sh\nset -e\ncat \"$DPKG_ROOT/etc/late\" >/dev/null\n";

/// An archive with a package for each postinst; each depends on the one before it.
fn repository(lab: &Path, packages: &[(&str, &str)]) -> Repository {
    let mut depends = String::new();
    let mut sources = Vec::new();
    for (name, postinst) in packages {
        let source = lab.join(name);
        fs::create_dir(&source).unwrap();
        let control = format!(
            "Package: {name}\nVersion: 1:2\nArchitecture: all\nMaintainer: twinroot tests\n\
             {depends}Description: fails chrootless\n"
        );
        fs::write(source.join("control"), control).unwrap();
        fs::write(source.join("postinst"), postinst).unwrap();
        depends = format!("Depends: {name}\n");
        sources.push(source);
    }
    Repository::with(&lab.join("repository"), &sources)
}

/// The verdict of each package that is not complete.
fn verdicts(report: &Value) -> Vec<(&str, &str, &str)> {
    let packages = report["packages"].as_array().unwrap().iter();
    packages
        .filter(|package| package["verdict"] != "complete")
        .map(|package| {
            (
                package["name"].as_str().unwrap(),
                package["verdict"].as_str().unwrap(),
                package["reason"].as_str().unwrap(),
            )
        })
        .collect()
}

fn a_script_that_fails_chrootless_is_a_finding_and_the_rest_is_compared() {
    let lab = directory();
    let repository = repository(lab.path(), &[("fragile", FRAGILE)]);
    let kept = lab.path().join("kept");
    let arguments = ["--include=fragile", "--keep", kept.to_str().unwrap()];
    let ran = run(&mut verify_tiny(lab.path(), &repository, &arguments));
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(1), ""), "{ran:?}");
    let report = report(&ran);
    assert_eq!(report["verdict"], "unbuildable");
    assert_eq!(
        report["failures"],
        json!([{
            "package": "fragile",
            "version": "1:2",
            "script": "postinst",
            "command": "chown root:fragile-group \"$DPKG_ROOT/etc/early\"",
            "status": 1,
            "line": 5,
            "words": ["chown: invalid group: ‘root:fragile-group’"],
            "cause": "account-only-inside",
            "reason": "the chroots have the group fragile-group, the outside has not",
        }])
    );
    // The script and its record in dpkg's database are as they are in the normal build.
    let pair = |path: &str, kind: &str| (path.to_owned(), kind.to_owned());
    assert_eq!(
        divergences(&report),
        [
            pair("./etc/early", "changed"),
            pair("./etc/late", "left-only")
        ]
    );
    assert_eq!(
        verdicts(&report),
        [("fragile", "fails", "postinst fails with status 1")]
    );
    let transcript = fs::read_to_string(kept.join("chrootless.failed-1.log")).unwrap();
    assert!(transcript.contains("invalid group"), "{transcript}");
    assert!(kept.join("chrootless.tar").exists());
}

fn what_fails_because_of_an_earlier_failure_says_so() {
    let lab = directory();
    let packages = [("fragile", FRAGILE), ("following", FOLLOWING)];
    let repository = repository(lab.path(), &packages);
    let arguments = ["--include=following", "--technique=userns,fakeroot"];
    let ran = run(&mut verify_tiny(lab.path(), &repository, &arguments));
    assert_eq!(ran.status, Some(1), "{ran:?}");
    let report = report(&ran);
    let failures = report["failures"].as_array().unwrap();
    let [first, second] = failures.as_slice() else {
        panic!("{failures:#?}");
    };
    assert_eq!(first["package"], "fragile");
    assert_eq!(second["package"], "following");
    assert_eq!(second["after"], json!(["fragile.postinst"]));
    assert_eq!(second["cause"], "no-file-inside");
    assert_eq!(second["line"], 3);
    // The extra build passes over the same scripts.
    assert_eq!(report["matrix"][0]["trouble"], Value::Null);
}

fn without_a_failure_that_may_be_passed_over_nothing_is_compared() {
    let lab = directory();
    let repository = repository(lab.path(), &[("fragile", FRAGILE)]);
    let arguments = ["--include=fragile", "--max-failing=0"];
    let ran = run(&mut verify_tiny(lab.path(), &repository, &arguments));
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(1), ""), "{ran:?}");
    let report = report(&ran);
    assert_eq!(report["verdict"], "unbuildable");
    assert_eq!(report["failures"][0]["cause"], "account-not-outside");
    assert_eq!(report["failures"][0]["line"], 5);
    assert_eq!(divergences(&report), []);
    assert_eq!(
        report["notes"],
        json!(["nothing was compared: a script fails chrootless, and none may be passed over"])
    );
}

fn a_run_that_cannot_be_done_says_why_in_the_file_of_its_report() {
    let lab = directory();
    let file = lab.path().join("report.json");
    let mut command = twinroot(&lab.path().join("cache"));
    command.args(["verify", SUITE, "deb [trusted=yes] copy:/nowhere tiny main"]);
    let ran = run(command.arg("--json").arg(&file));
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(2), ""));
    let report: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    validate_json(&report);
    assert_eq!(report["verdict"], "failed");
    let what = report["trouble"]["what"].as_str().unwrap();
    assert!(
        ran.stderr.contains(&format!("twinroot: {what}\n")),
        "{ran:?}"
    );
}
