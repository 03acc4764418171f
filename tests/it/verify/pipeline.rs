//! The whole pipeline on a tiny archive, offline, with this machine as the outside.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::harness::Test;
use crate::support::report::{divergences, escapes, report};
use crate::support::repository::{SHARED, build};
use crate::support::run::{Ran, directory, run, verify_tiny};

pub(crate) const TESTS: &[Test] = &[
    test!(a_package_that_honours_dpkg_root_makes_identical_tarballs, needs: [Sandboxes, Root]),
    test!(every_build_says_what_was_refused_in_its_namespaces_and_in_one_more, needs: [Sandboxes, Root]),
    test!(a_package_that_does_something_else_is_named_with_what_differs, needs: [Sandboxes, Root]),
    test!(every_change_of_the_outside_is_an_escape_with_what_changed, needs: [Sandboxes, Root]),
    test!(a_script_that_fails_is_trouble_and_named_and_its_transcript_is_kept, needs: [Sandboxes, Root]),
    test!(a_local_package_wins_over_a_newer_one_of_the_archive, needs: [Sandboxes, Root]),
    test!(one_job_at_a_time_finds_the_same, needs: [Sandboxes, Root]),
    test!(what_is_kept_is_whole_and_nothing_else, needs: [Sandboxes, Root]),
    test!(the_entries_that_differ_are_written_apart, needs: [Sandboxes, Root]),
    test!(identical_tarballs_leave_no_report_file, needs: [Sandboxes, Root]),
    test!(the_machine_is_not_touched_not_even_its_metadata, needs: [Sandboxes, Root]),
];

fn verify_shared(arguments: &[&str]) -> Ran {
    let (cache, repository) = &*SHARED;
    run(&mut verify_tiny(cache.path(), repository, arguments))
}

fn pair(path: &str, word: &str) -> (String, String) {
    (path.to_owned(), word.to_owned())
}

fn a_package_that_honours_dpkg_root_makes_identical_tarballs() {
    let ran = verify_shared(&["--include=behaving", "--trace", "--strict"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ran.stderr, "");
    let report = report(&ran);
    assert_eq!(report["verdict"], "identical");
    assert_eq!(report["left"]["entries"], report["right"]["entries"]);
    assert_eq!(escapes(&report), []);
    assert_eq!(report["pin"]["release_date"], "2025-10-09T08:53:20Z");
    assert_eq!(report["pin"]["source_date_epoch"], 1_760_000_000);
    let packages: Vec<_> = report["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (&p["name"], &p["verdict"]))
        .collect();
    assert_eq!(packages.len(), 2);
    assert!(
        packages.iter().all(|(_, verdict)| *verdict == "complete"),
        "{packages:?}"
    );
}

fn every_build_says_what_was_refused_in_its_namespaces_and_in_one_more() {
    let ran = verify_shared(&["--include=behaving"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    for build in report(&ran)["builds"].as_array().unwrap() {
        let proof = &build["proof"];
        let count = |name: &str| proof[name].as_u64().unwrap();
        assert!(count("refused") > count("mounts"), "{proof}");
        // The mounts of process 1 itself are locked there as well.
        assert!(count("nested") >= count("refused"), "{proof}");
    }
}

fn a_package_that_does_something_else_is_named_with_what_differs() {
    let ran = verify_shared(&["--include=diverging"]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    let report = report(&ran);
    assert_eq!(report["verdict"], "divergent");
    assert_eq!(
        divergences(&report),
        [pair("./usr/share/diverging/state", "changed")]
    );
    let row = &report["divergences"][0];
    assert_eq!(row["package"], "diverging");
    let names: Vec<_> = row["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"content") && names.contains(&"size"),
        "{names:?}"
    );
    let detail = row["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["name"] == "content")
        .unwrap();
    assert!(
        detail["detail"]
            .as_str()
            .unwrap()
            .contains("-inside\n+shipped\n"),
        "{detail}"
    );
}

fn every_change_of_the_outside_is_an_escape_with_what_changed() {
    let ran = verify_shared(&["--include=escaping"]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    let report = report(&ran);
    assert_eq!(report["verdict"], "escaped");
    assert_eq!(divergences(&report), []);
    assert_eq!(
        escapes(&report),
        [
            pair("/etc", "metadata"),
            pair("/etc/bash.bashrc", "removed"),
            pair("/etc/bash.bashrc.new", "created"),
            pair("/etc/debian_version", "modified"),
            pair("/etc/issue", "metadata"),
            pair("/etc/issue.net", "removed"),
            pair("/etc/profile", "metadata"),
            pair("/opt", "metadata"),
            pair("/opt/escaping.created", "created"),
        ]
    );
    let rows = report["outside"]["escapes"].as_array().unwrap();
    let issue = rows.iter().find(|row| row["path"] == "/etc/issue").unwrap();
    assert_eq!(
        issue["fields"],
        serde_json::json!([{ "name": "mode", "left": "0644", "right": "0600" }])
    );
    assert_eq!(
        (&issue["package"], &issue["script"]),
        (&"escaping".into(), &"postinst".into())
    );
}

fn a_script_that_fails_is_trouble_and_named_and_its_transcript_is_kept() {
    let lab = directory();
    let keep = lab.path().join("kept");
    let ran = verify_shared(&["--include=failing", "--keep", keep.to_str().unwrap()]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(2), ""));
    let mut lines = ran.stderr.lines();
    let error = lines.find(|line| line.starts_with("twinroot: ")).unwrap();
    assert_eq!(
        error,
        "twinroot: normal: failing.postinst failed: 3: no-such-program: not found"
    );
    let transcript = fs::read_to_string(keep.join("normal.log")).unwrap();
    assert!(
        transcript.contains("failing.postinst: 3: no-such-program: not found"),
        "{transcript}"
    );
}

fn a_local_package_wins_over_a_newer_one_of_the_archive() {
    let lab = directory();
    let pool = lab.path().join("pool");
    fs::create_dir(&pool).unwrap();
    build("unaware", &pool);
    let deb = pool.join("behaving_0.9_all.deb");
    let ran = verify_shared(&["--include=behaving", "--deb", deb.to_str().unwrap()]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    let report = report(&ran);
    assert_eq!(
        divergences(&report),
        [pair("./etc/behaving.conf", "left-only")]
    );
    assert_eq!(
        escapes(&report),
        [
            pair("/etc", "metadata"),
            pair("/etc/behaving.conf", "created")
        ]
    );
    assert_eq!(report["divergences"][0]["package"], "behaving");
    let package = report["packages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["name"] == "behaving")
        .unwrap();
    assert_eq!(
        (&package["version"], &package["verdict"]),
        (&"0.9".into(), &"incomplete".into())
    );
}

fn one_job_at_a_time_finds_the_same() {
    let without_timings = |jobs: &str| {
        let mut report = report(&verify_shared(&["--include=diverging,escaping", jobs]));
        report["timings"].take();
        report
    };
    assert_eq!(without_timings("--jobs=1"), without_timings("--jobs=2"));
}

fn what_is_kept_is_whole_and_nothing_else() {
    let lab = directory();
    let keep = lab.path().join("kept");
    let ran = verify_shared(&["--include=behaving", "--keep", keep.to_str().unwrap()]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let names: BTreeSet<_> = fs::read_dir(&keep)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected = [
        "chrootless.log",
        "chrootless.tar",
        "normal.log",
        "normal.tar",
        "report.json",
        "report.txt",
    ];
    assert_eq!(names, expected.map(str::to_owned).into());
    let (normal, chrootless) = (
        fs::read(keep.join("normal.tar")).unwrap(),
        fs::read(keep.join("chrootless.tar")).unwrap(),
    );
    assert!(normal == chrootless && normal.len() > 1 << 20);
    assert!(
        fs::read_to_string(keep.join("normal.log"))
            .unwrap()
            .contains("I: success")
    );
}

fn the_entries_that_differ_are_written_apart() {
    let lab = directory();
    let small = lab.path().join("small");
    let minimal = format!("--minimal={}", small.to_string_lossy());
    let ran = verify_shared(&[
        "--include=diverging",
        "--no-trace",
        "--no-control",
        &minimal,
    ]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    for name in ["left.tar", "right.tar"] {
        let listed = Command::new("tar")
            .arg("-tf")
            .arg(small.join(name))
            .output();
        let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
        assert_eq!(listed, "./usr/share/diverging/state\n", "{name}");
    }
    let identical = lab.path().join("identical");
    let minimal = format!("--minimal={}", identical.to_string_lossy());
    let ran = verify_shared(&["--include=behaving", &minimal]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(!identical.exists());
}

fn identical_tarballs_leave_no_report_file() {
    let lab = directory();
    let file = lab.path().join("report.txt");
    let text = format!("--text={}", file.to_string_lossy());
    assert_eq!(
        verify_shared(&["--include=behaving", &text]).status,
        Some(0)
    );
    assert!(!file.exists());
    assert_eq!(
        verify_shared(&["--include=behaving", &text, "--output-empty"]).status,
        Some(0)
    );
    let report = fs::read_to_string(&file).unwrap();
    assert!(
        report.starts_with(
            "IDENTICAL  tiny essential +behaving amd64, SOURCE_DATE_EPOCH=1760000000\n"
        ),
        "{report}"
    );
}

fn the_machine_is_not_touched_not_even_its_metadata() {
    let before = manifest();
    assert_eq!(
        verify_shared(&["--include=escaping,diverging"]).status,
        Some(1)
    );
    let after = manifest();
    let changed: Vec<_> = before.symmetric_difference(&after).collect();
    assert!(changed.is_empty(), "{changed:#?}");
}

/// Type, mode, owner, size, mtime and ctime of everything in the directories that the
/// packages' scripts, apt and dpkg write to.
fn manifest() -> BTreeSet<String> {
    let places = [
        "/etc",
        "/opt",
        "/usr",
        "/var/lib/dpkg",
        "/var/lib/apt",
        "/var/cache",
        "/srv",
        "/boot",
    ];
    let places = places.iter().filter(|place| Path::new(place).exists());
    let output = Command::new("find")
        .args(places)
        .args(["-xdev", "-printf", "%p %y %m %U %G %s %T@ %C@ %l\\n"])
        .output()
        .expect("find runs");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}
