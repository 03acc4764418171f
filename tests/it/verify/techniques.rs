//! Every technique and every normal mode, held against the reference.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::harness::Test;
use crate::support::plain_user::Plain;
use crate::support::report::{divergences, report};
use crate::support::repository::{Repository, SUITE};
use crate::support::run::{TWINROOT, directory, run, twinroot, verify, verify_tiny};

pub(crate) const TESTS: &[Test] = &[
    test!(five_techniques_and_three_normal_modes_give_the_same_bytes, needs: [Sandboxes, Archive]),
    test!(five_techniques_give_the_same_bytes_of_forky, needs: [Sandboxes, Archive]),
    test!(a_plain_user_can_use_all_five_techniques, needs: [Sandboxes, PlainUser, Archive]),
    test!(what_fakeroot_loses_is_fakeroots_and_no_packages, needs: [Sandboxes, Archive]),
    test!(a_technique_whose_program_the_outside_lacks_is_trouble, needs: [Sandboxes, Root]),
    test!(a_build_that_fails_keeps_none_of_the_others_from_being_reported, needs: [Sandboxes, Root]),
    test!(the_table_has_a_line_for_every_build, needs: [Sandboxes, Root]),
    test!(build_takes_a_technique_too, needs: [Sandboxes, Root]),
];

const ALL: &str = "--technique=userns,fakeroot,nested,unshare-helper,lxc";

/// `LABEL MODE TECHNIQUE VERDICT`, and how many divergences and escapes.
fn matrix_rows(report: &Value) -> Vec<String> {
    let row = |row: &Value| {
        let word = |key: &str| row[key].as_str().unwrap().to_owned();
        let count = |key: &str| row[key].as_array().unwrap().len();
        format!(
            "{} {} {} {} {} {}",
            word("label"),
            word("mode"),
            word("technique"),
            word("verdict"),
            count("divergences"),
            count("escapes")
        )
    };
    let rows = report["matrix"].as_array();
    rows.into_iter().flatten().map(row).collect()
}

/// What five techniques say where each is as the reference.
const FOUR_MORE: [&str; 4] = [
    "fakeroot chrootless fakeroot identical 0 0",
    "nested chrootless nested identical 0 0",
    "unshare-helper chrootless unshare-helper identical 0 0",
    "lxc chrootless lxc identical 0 0",
];

fn five_techniques_and_three_normal_modes_give_the_same_bytes() {
    let modes = "--mode-reference=root,unshare,fakechroot";
    let ran = verify(&["trixie", "--variant=apt", ALL, modes]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    let report = report(&ran);
    assert_eq!(report["verdict"], "identical");
    let mut expected = vec![
        "unshare normal unshare identical 0 0",
        "fakechroot normal fakechroot identical 0 0",
    ];
    expected.extend(FOUR_MORE);
    assert_eq!(matrix_rows(&report), expected);
}

fn five_techniques_give_the_same_bytes_of_forky() {
    let ran = verify(&["forky", "--allow-expired", ALL]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(matrix_rows(&report(&ran)), FOUR_MORE);
}

fn a_plain_user_can_use_all_five_techniques() {
    let user = Plain::new();
    for arguments in [
        vec!["trixie", "--variant=apt"],
        vec!["forky", "--allow-expired"],
    ] {
        let ran = user.twinroot(&[&["verify", "--json=-", ALL], arguments.as_slice()].concat());
        assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
        assert_eq!(matrix_rows(&report(&ran)), FOUR_MORE, "{arguments:?}");
    }
}

/// The journal's directory has an access list, which is an extended attribute.
fn what_fakeroot_loses_is_fakeroots_and_no_packages() {
    let ran = verify(&[
        "trixie",
        "--variant=apt",
        "--include=systemd,systemd-sysv",
        "--technique=fakeroot",
    ]);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let report = report(&ran);
    let paths: Vec<_> = divergences(&report)
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(paths, ["./var/log/journal/"]);
    let causes = report["causes"].as_array().unwrap();
    let cause = |key: &str| causes[0][key].clone();
    assert_eq!(causes.len(), 1);
    assert_eq!(cause("rule"), "technique");
    assert_eq!(
        cause("title"),
        "fakeroot: set-id bits, extended attributes or access lists were lost"
    );
    assert_eq!(cause("package"), Value::Null);
    // Built without being asked for, because it tells whose fault it is.
    assert_eq!(
        matrix_rows(&report),
        ["userns chrootless userns identical 0 0"]
    );
    let packages = report["packages"].as_array().unwrap();
    let verdicts: Vec<_> = packages.iter().map(|one| &one["verdict"]).collect();
    // Scripts that act outside without effect are latent, whatever fakeroot does.
    let is_blamed = |verdict: &&&Value| **verdict != "complete" && **verdict != "latent";
    assert_eq!(verdicts.iter().find(is_blamed), None);
}

fn a_technique_whose_program_the_outside_lacks_is_trouble() {
    let lab = directory();
    let repository = Repository::make(&lab.path().join("repository"));
    let outside = lab.path().join("outside");
    fs::create_dir(&outside).unwrap();
    let outside = format!("--outside={}", outside.display());
    let told = |arguments: &[&str]| {
        let mut command = twinroot(lab.path());
        command.args(["verify", SUITE, &repository.mirror()]);
        let ran = run(command.args(arguments));
        (ran.status, ran.stderr)
    };
    assert_eq!(
        told(&[&outside, "--technique=userns,lxc"]),
        (
            Some(2),
            "twinroot: chrootless build by lxc: the outside has no /usr/bin/lxc-usernsexec\n\
             hint: install lxc there, or use --outside matching\n"
                .to_owned()
        )
    );
    assert_eq!(
        told(&[&outside, "--mode-reference=fakechroot"]),
        (
            Some(2),
            "twinroot: normal build by fakechroot: the outside has no /usr/bin/fakechroot\n\
             hint: install fakechroot there, or use --outside matching\n"
                .to_owned()
        )
    );
}

/// A postinst that gives up under fakeroot: the other builds are reported all the same.
fn a_build_that_fails_keeps_none_of_the_others_from_being_reported() {
    let lab = directory();
    let source = lab.path().join("fragile");
    fs::create_dir(&source).unwrap();
    let control = "Package: fragile\nVersion: 1\nArchitecture: all\nMaintainer: twinroot tests\n\
                   Description: gives up under fakeroot\n";
    fs::write(source.join("control"), control).unwrap();
    let postinst = "#!/bin/sh\n[ -z \"$FAKEROOTKEY\" ] || { echo no fakeroot >&2; exit 1; }\n";
    fs::write(source.join("postinst"), postinst).unwrap();
    let repository = Repository::with(&lab.path().join("repository"), &[source]);
    let arguments = ["--include=fragile", "--technique=userns,fakeroot"];
    let ran = run(&mut verify_tiny(lab.path(), &repository, &arguments));
    assert_eq!(ran.status, Some(2), "{ran:?}");
    let report = report(&ran);
    assert_eq!(report["verdict"], "failed");
    assert_eq!(divergences(&report), []);
    assert_eq!(
        matrix_rows(&report),
        ["fakeroot chrootless fakeroot failed 0 0"]
    );
    assert_eq!(
        report["matrix"][0]["trouble"]["what"],
        "fakeroot: fragile.postinst failed"
    );
    assert_eq!(ran.stderr, "twinroot: fakeroot: fragile.postinst failed\n");
}

fn the_table_has_a_line_for_every_build() {
    let lab = directory();
    let repository = Repository::make(&lab.path().join("repository"));
    let text = lab.path().join("report.txt");
    let mut command = verify_tiny(lab.path(), &repository, &["--include=behaving"]);
    command.args([
        "--technique=userns,fakeroot,nested",
        "--output-empty",
        "--text",
    ]);
    let ran = run(command.arg(&text));
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    let text = fs::read_to_string(text).unwrap();
    let table: Vec<_> = text
        .lines()
        .skip_while(|line| !line.starts_with("MATRIX"))
        .map(|line| {
            line.split("  reference")
                .next()
                .unwrap()
                .trim_end()
                .to_owned()
        })
        .collect();
    assert_eq!(
        table,
        [
            "MATRIX  4 builds",
            "  normal     root",
            "  chrootless userns            identical  nothing outside modified",
            "  chrootless fakeroot          identical  nothing outside modified",
            "  chrootless nested            identical  nothing outside modified",
        ]
        .map(|line| line.trim_end().to_owned())
    );
}

fn build_takes_a_technique_too() {
    let lab = directory();
    let repository = Repository::make(&lab.path().join("repository"));
    let tarball = |options: &[&str]| {
        let mut command = twinroot(lab.path());
        command.args(["build", SUITE, "-"]);
        let mirror = repository.mirror();
        let output = command
            .args([mirror.as_str(), "--outside=host"])
            .args(options)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        output.stdout
    };
    let normal = tarball(&["--mode=normal"]);
    assert!(normal == tarball(&["--mode=chrootless", "--technique=fakeroot"]));
    assert!(normal == tarball(&["--mode=chrootless", "--technique=nested"]));
    let refused = Command::new(TWINROOT)
        .args(["build", "x", "-", "--mode=chrootless", "--technique=sudo"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
}
