//! What goes wrong: one line, at most one hint, the right status, and nothing left behind.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::support::harness::Test;
use crate::support::repository::{Repository, SUITE};
use crate::support::run::{TWINROOT, directory, run, twinroot, verify_tiny};

pub(crate) const TESTS: &[Test] = &[
    test!(a_mirror_that_is_not_there_is_trouble, needs: [Sandboxes, Root]),
    test!(a_mirror_that_cannot_be_frozen_is_refused_with_the_way_to_write_it, needs: [Sandboxes, Root]),
    test!(an_outside_or_a_package_that_is_not_there_is_named, needs: [Sandboxes, Root]),
    test!(an_epoch_that_breaks_clamping_is_refused, needs: [Sandboxes, Root]),
    test!(a_machine_without_mmdebstrap_is_told_how_to_get_it),
    test!(a_machine_without_user_namespaces_is_told_how_to_open_them, needs: [Sandboxes, Root]),
    test!(a_user_without_subordinate_ids_is_told_how_to_get_them, needs: [Sandboxes, Root]),
    test!(a_full_disk_is_one_line_and_leaves_nothing, needs: [Sandboxes, Root]),
    test!(a_signal_at_any_moment_leaves_nothing_and_is_what_the_run_dies_of, needs: [Sandboxes, Root]),
    test!(what_a_killed_run_left_is_cleared_by_the_next, needs: [Sandboxes, Root]),
    test!(two_runs_at_once_do_not_disturb_each_other, needs: [Sandboxes, Root]),
];

/// Standard error without the shown end of a transcript.
fn told(stderr: &str) -> Vec<&str> {
    stderr
        .lines()
        .filter(|line| !line.starts_with("  | "))
        .collect()
}

fn a_mirror_that_is_not_there_is_trouble() {
    let lab = directory();
    let ran = run(twinroot(lab.path()).args([
        "verify",
        SUITE,
        "deb [trusted=yes] copy:/nowhere tiny main",
    ]));
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(2), ""));
    let lines = told(&ran.stderr);
    assert!(lines[0].starts_with("twinroot: freeze: "), "{lines:?}");
    assert!(lines.len() <= 2, "{lines:?}");
    assert_eq!(leftovers(lab.path()), Vec::<String>::new());
}

fn a_mirror_that_cannot_be_frozen_is_refused_with_the_way_to_write_it() {
    let lab = directory();
    let ran = run(twinroot(lab.path()).args(["verify", SUITE, "deb file:/srv/repo tiny main"]));
    assert_eq!(
        (ran.status, ran.stderr.as_str()),
        (
            Some(2),
            "twinroot: file:/srv/repo: apt installs from file: in place, so it can't be frozen\n\
             hint: write it copy:/srv/repo\n"
        )
    );
}

fn an_outside_or_a_package_that_is_not_there_is_named() {
    let lab = directory();
    let check = |arguments: &[&str], expected: &str| {
        let ran = run(twinroot(lab.path()).args(["verify", SUITE]).args(arguments));
        assert_eq!((ran.status, ran.stderr.as_str()), (Some(2), expected));
    };
    check(
        &["--outside=/nowhere"],
        "twinroot: outside /nowhere: No such file or directory (os error 2)\n\
         hint: --outside takes `matching`, `host`, or a directory or tarball\n",
    );
    check(
        &["--deb=/nowhere.deb"],
        "twinroot: /nowhere.deb: open: No such file or directory (os error 2)\n",
    );
}

fn an_epoch_that_breaks_clamping_is_refused() {
    let lab = directory();
    let repository = Repository::make(&lab.path().join("repository"));
    let ran = run(&mut verify_tiny(
        lab.path(),
        &repository,
        &["--source-date-epoch=99999999999"],
    ));
    assert_eq!(ran.status, Some(2));
    let expected = "twinroot: source date epoch: 99999999999 is not between 0 and now, ";
    assert!(ran.stderr.starts_with(expected), "{ran:?}");
}

fn a_machine_without_mmdebstrap_is_told_how_to_get_it() {
    let lab = directory();
    let bin = lab.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let ran = run(twinroot(lab.path())
        .env("PATH", &bin)
        .args(["verify", SUITE]));
    assert_eq!(
        (ran.status, ran.stderr.as_str()),
        (
            Some(2),
            "twinroot: mmdebstrap: not installed\nhint: sudo apt-get install mmdebstrap\n"
        )
    );
}

fn a_machine_without_user_namespaces_is_told_how_to_open_them() {
    let lab = directory();
    // The knob belongs to a user namespace: closed here for one of our own.
    let script =
        format!("echo 0 >/proc/sys/user/max_user_namespaces && exec {TWINROOT} verify {SUITE}");
    let ran = run(Command::new("unshare")
        .args(["--user", "--map-root-user", "sh", "-c", &script])
        .env("XDG_CACHE_HOME", lab.path()));
    assert_eq!(
        (ran.status, ran.stderr.as_str()),
        (
            Some(2),
            "twinroot: user namespaces: /proc/sys/user/max_user_namespaces is 0\n\
             hint: sudo sysctl user.max_user_namespaces=15000\n"
        )
    );
}

fn a_user_without_subordinate_ids_is_told_how_to_get_them() {
    // A copy, because the build directory may be closed to others.
    let lab = tempfile::tempdir().unwrap();
    let binary = lab.path().join("twinroot");
    fs::copy(TWINROOT, &binary).unwrap();
    fs::set_permissions(
        lab.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let ran = run(Command::new("setpriv")
        .args(["--reuid=54321", "--regid=54321", "--clear-groups"])
        .arg(&binary)
        .args(["verify", SUITE]));
    assert_eq!(
        (ran.status, ran.stderr.as_str()),
        (
            Some(2),
            "twinroot: subordinate ids: /etc/subuid: no range of 65536 ids for `54321`\n\
             hint: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 54321\n"
        )
    );
}

fn a_full_disk_is_one_line_and_leaves_nothing() {
    let lab = directory();
    let repository = Repository::make(&lab.path().join("repository"));
    let cache = lab.path().join("small");
    fs::create_dir(&cache).unwrap();
    let small = cache.to_string_lossy();
    let script = format!(
        "mount -t tmpfs -o size=1m tmpfs {small} && XDG_CACHE_HOME={small} \"$@\"; status=$?; \
         find {small}/twinroot -name '*.partial'; exit $status"
    );
    let ran = run(Command::new("unshare").args([
        "--mount",
        "sh",
        "-c",
        &script,
        "sh",
        TWINROOT,
        "verify",
        SUITE,
        &repository.mirror(),
        "--outside=host",
    ]));
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
    assert!(ran.stderr.contains("No space left on device"), "{ran:?}");
    assert!(told(&ran.stderr).len() <= 2, "{ran:?}");
}

fn a_signal_at_any_moment_leaves_nothing_and_is_what_the_run_dies_of() {
    let lab = directory();
    let repository = Repository::make(&lab.path().join("repository"));
    let signals = [
        (2, 150),
        (15, 500),
        (1, 900),
        (2, 1400),
        (15, 2000),
        (2, 2600),
    ];
    for (number, (signal, milliseconds)) in signals.into_iter().enumerate() {
        let cache = lab.path().join(format!("cache{number}"));
        let mut child = verify_tiny(&cache, &repository, &["--include=behaving"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        sleep(Duration::from_millis(milliseconds));
        succeed_kill(signal, child.id());
        let status = child.wait().unwrap();
        assert!(
            status.signal() == Some(signal) || status.code() == Some(0),
            "{status:?} after {milliseconds} ms"
        );
        assert_eq!(
            leftovers(&cache),
            Vec::<String>::new(),
            "after {milliseconds} ms"
        );
        assert_eq!(
            processes_of(lab.path()),
            Vec::<String>::new(),
            "after {milliseconds} ms"
        );
    }
}

fn what_a_killed_run_left_is_cleared_by_the_next() {
    let lab = directory();
    let repository = Repository::make(&lab.path().join("repository"));
    let mut child = verify_tiny(lab.path(), &repository, &["--include=behaving"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    sleep(Duration::from_millis(1200));
    succeed_kill(9, child.id());
    child.wait().unwrap();
    // Everything dies with its parent, one after the other.
    for _ in 0..50 {
        if processes_of(lab.path()).is_empty() {
            break;
        }
        sleep(Duration::from_millis(100));
    }
    assert_eq!(processes_of(lab.path()), Vec::<String>::new());
    let ran = run(&mut verify_tiny(
        lab.path(),
        &repository,
        &["--include=behaving"],
    ));
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(leftovers(lab.path()), Vec::<String>::new());
}

fn two_runs_at_once_do_not_disturb_each_other() {
    let lab = directory();
    let repository = Repository::make(&lab.path().join("repository"));
    let start = || {
        verify_tiny(lab.path(), &repository, &["--include=behaving"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let (mut first, mut second) = (start(), start());
    assert_eq!(
        (first.wait().unwrap().code(), second.wait().unwrap().code()),
        (Some(0), Some(0))
    );
    assert_eq!(leftovers(lab.path()), Vec::<String>::new());
}

fn succeed_kill(signal: i32, process: u32) {
    let status = Command::new("kill")
        .args([format!("-{signal}"), process.to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

/// Partial entries below a cache.
fn leftovers(cache: &Path) -> Vec<String> {
    let output = Command::new("find")
        .arg(cache)
        .args(["-name", "*.partial"])
        .output()
        .unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Command lines that name the test's own directory, so that tests at the same time don't count.
fn processes_of(lab: &Path) -> Vec<String> {
    let name = lab.to_string_lossy().into_owned();
    let entries = fs::read_dir("/proc").unwrap();
    let lines = entries.filter_map(|entry| fs::read(entry.ok()?.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains(&name))
        .collect()
}
