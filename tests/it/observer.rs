//! The observer under stress: whatever processes do, they do the same observed and plain, and each
//! call that a read-only outside refuses is known by its path.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;

use crate::support::harness::Test;
use crate::support::run::{directory, run, testdata, twinroot};

pub(crate) const TESTS: &[Test] = &[
    test!(twenty_thousand_processes_are_seen, needs: [Sandboxes, Root]),
    test!(each_refused_call_is_known_by_its_path, needs: [Sandboxes, Root, Python]),
    test!(all_of_two_hundred_threads_are_seen, needs: [Sandboxes, Root, Python]),
    test!(trees_that_die_at_random_leave_nothing_that_hangs, needs: [Sandboxes, Root, Python]),
    test!(processes_stop_and_continue_as_they_do_unobserved, needs: [Sandboxes, Root, Python]),
    test!(children_are_seen_however_they_are_started, needs: [Sandboxes, Root, Python]),
    test!(what_became_of_a_command_is_told_as_it_is_unobserved, needs: [Sandboxes, Root]),
];

/// What one command did.
#[derive(Debug, PartialEq, Eq)]
struct Did {
    /// How it ended.
    status: String,
    /// What it wrote.
    output: String,
    /// Path and change of each escape.
    escapes: Vec<String>,
}

/// Runs a command on this machine. `read-only` observes it; `overlay` does not.
fn did(audit: &str, command: &[&str]) -> Did {
    let lab = directory();
    let report = lab.path().join("report");
    let mut twinroot = twinroot(lab.path());
    twinroot
        .args(["audit", "--quiet", &format!("--audit={audit}")])
        .arg(format!("--json={}", report.display()))
        .arg("--")
        .args(command);
    let ran = run(&mut twinroot);
    let report = fs::read_to_string(report).unwrap_or_else(|_| panic!("no report: {ran:?}"));
    let report: Value = serde_json::from_str(&report).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let escapes = report["escapes"].as_array().unwrap().iter();
    // What twinroot itself says of the command's end is in the status.
    let is_commands = |line: &&str| !line.starts_with("twinroot: ");
    Did {
        status: text(&report["status"]),
        output: ran
            .stderr
            .lines()
            .filter(is_commands)
            .collect::<Vec<_>>()
            .join("\n"),
        escapes: escapes
            .map(|row| format!("{} {}", text(&row["path"]), text(&row["change"])))
            .collect(),
    }
}

/// A program of `testdata/observer`, given a directory.
fn program(name: &str, argument: &Path) -> [String; 4] {
    let program = testdata("observer").join(name);
    let [program, argument] = [program.as_path(), argument].map(|path| path.display().to_string());
    [
        "/usr/bin/python3".to_owned(),
        "-B".to_owned(),
        program,
        argument,
    ]
}

/// What a program does observed, which is what it does plain, but for the outside.
fn same(name: &str, lab: &Path) -> Did {
    let command = program(name, lab);
    let command = command.each_ref().map(String::as_str);
    let (observed, plain) = (did("read-only", &command), did("overlay", &command));
    assert_eq!(
        (&observed.status, &observed.output),
        (&plain.status, &plain.output)
    );
    observed
}

/// Escapes below a directory, from there.
fn below(lab: &Path, did: &Did) -> Vec<String> {
    let prefix = format!("{}/", lab.display());
    let rows = did.escapes.iter();
    rows.map(|row| row.strip_prefix(&prefix).unwrap_or(row).to_owned())
        .collect()
}

/// 20,000 take about half a minute, a fourth of it the shell's own without an observer.
fn twenty_thousand_processes_are_seen() {
    let lab = directory();
    let path = lab.path().display();
    let script = format!(
        "i=0; while [ $i -lt 20000 ]; do /bin/true && i=$((i+1)); done; \
         echo $i; mkdir {path}/$i 2>/dev/null; exit 3"
    );
    assert_eq!(
        did("read-only", &["/bin/sh", "-c", &script]),
        Did {
            status: "exited with 3".to_owned(),
            output: "20000".to_owned(),
            escapes: vec![format!("{path}/20000 created")],
        }
    );
}

fn each_refused_call_is_known_by_its_path() {
    let lab = directory();
    let path = |name: &str| lab.path().join(name);
    for name in ["directory", "removed-directory"] {
        fs::create_dir(path(name)).unwrap();
    }
    let files = [
        "existing",
        "renamed-from",
        "exchanged",
        "directory/exchanged-with",
        "removed",
        "chmod",
        "fchmod",
        "chown",
        "fchown",
        "fchownat",
        "utimes",
        "futimens",
        "truncate",
        "setxattr",
        "fsetxattr",
    ];
    for name in files {
        fs::write(path(name), "not empty\n").unwrap();
    }
    for (target, name) in [
        ("chown", "link-to-chown"),
        ("existing", "lchown"),
        ("", "removed-link"),
    ] {
        symlink(
            if target.is_empty() { "absent" } else { target },
            path(name),
        )
        .unwrap();
    }
    let observed = same("calls.py", lab.path());
    assert_eq!(
        (observed.status.as_str(), observed.output.as_str()),
        ("exited with 0", "")
    );
    let expected = [
        "/tmp/directory-link created",
        "/tmp/link created",
        "across-pages created",
        "at-page-end created",
        "behind-link created",
        "by-creat created",
        "by-openat2 created",
        "chmod metadata",
        "chown metadata",
        "directory/exchanged-with modified",
        "directory/in-chroot created",
        "directory/made created",
        "dotted created",
        "exchanged removed",
        "existing modified",
        "fchmod metadata",
        "fchown metadata",
        "fchownat metadata",
        "fsetxattr metadata",
        "futimens metadata",
        "hard-link created",
        "hard-link-of-descriptor created",
        "lchown metadata",
        "led-to created",
        "link-name created",
        "of-32-bits created",
        "of-directory created",
        "directory/out-of-chroot created",
        "pipe created",
        "relative created",
        "removed removed",
        "removed-directory removed",
        "removed-link removed",
        "renamed-from removed",
        "renamed-to created",
        "setxattr metadata",
        "truncate modified",
        "utimes metadata",
    ];
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    let mut found = below(lab.path(), &observed);
    found.sort_unstable();
    assert_eq!(found, expected);
}

fn all_of_two_hundred_threads_are_seen() {
    let lab = directory();
    let observed = same("threads.py", lab.path());
    assert_eq!(
        (observed.status.as_str(), observed.output.as_str()),
        ("exited with 7", "executed")
    );
    let mut expected: Vec<_> = (0..200)
        .map(|number| format!("thread-{number} created"))
        .collect();
    // Made by the program that one of them executed.
    expected.push("executed created".to_owned());
    expected.sort_unstable();
    let mut found = below(lab.path(), &observed);
    found.sort_unstable();
    assert_eq!(found, expected);
}

fn trees_that_die_at_random_leave_nothing_that_hangs() {
    let lab = directory();
    let observed = same("tree.py", lab.path());
    assert_eq!(
        observed,
        Did {
            status: "exited with 0".to_owned(),
            output: "all 40 trees are dead".to_owned(),
            escapes: vec![],
        }
    );
}

fn processes_stop_and_continue_as_they_do_unobserved() {
    let lab = directory();
    let observed = same("signals.py", lab.path());
    let output = "stopped and continued (25, 25) (25, 25)\n\
                  continued at once 25 25\n\
                  not waited for ended ended\n\
                  killed while stopped ended\n\
                  beside busy ones 25";
    assert_eq!(
        observed,
        Did {
            status: "exited with 0".to_owned(),
            output: output.to_owned(),
            escapes: vec![],
        }
    );
}

fn children_are_seen_however_they_are_started() {
    let lab = directory();
    let observed = same("processes.py", lab.path());
    let output = "vfork 4\n\
                  no environment 3\n\
                  forked twice b'the orphan is done'\n\
                  asks to be traced 5\n\
                  traces its child 6";
    assert_eq!(
        (observed.status.as_str(), observed.output.as_str()),
        ("exited with 0", output)
    );
    assert_eq!(
        below(lab.path(), &observed),
        [
            "of-attached created",
            "of-no-environment created",
            "of-orphan created",
            "of-spawned created",
            "of-traced created",
        ]
    );
}

fn what_became_of_a_command_is_told_as_it_is_unobserved() {
    for (script, status) in [
        ("exit 42", "exited with 42"),
        ("kill -TERM $$", "was ended by signal 15"),
        ("kill -SEGV $$", "was ended by signal 11"),
        (
            "trap 'echo trapped; exit 9' USR1; kill -USR1 $$",
            "exited with 9",
        ),
        ("sh -c 'kill -KILL $$'; echo $?", "exited with 0"),
        ("/absent; echo $?", "exited with 0"),
        (
            "echo a | (read -r line; echo \"$line\"); sleep 60 & kill $!; wait $!",
            "exited with 143",
        ),
    ] {
        // Of two streams it is not known which was written first.
        let script = &format!("exec 2>&1; {script}");
        let command = ["/bin/sh", "-c", script];
        let observed = did("read-only", &command);
        assert_eq!(observed, did("overlay", &command), "{script}");
        assert_eq!(observed.status, status, "{script}");
    }
}
