//! Builds that want too much: memory, processes, messages. And builds on disk.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::harness::Test;
use crate::support::plain_user::Plain;
use crate::support::report::report;
use crate::support::repository::{Repository, SUITE};
use crate::support::run::{Ran, directory, run, succeeds, twinroot, verify_tiny};

pub(crate) const TESTS: &[Test] = &[
    test!(a_size_that_no_build_fits_into_is_refused_before_anything_is_done, needs: [Sandboxes]),
    test!(a_script_that_fills_the_memory_is_no_finding_but_told_with_what_helps, needs: [Sandboxes, Root]),
    test!(a_script_that_writes_without_end_is_named, needs: [Sandboxes, Root]),
    test!(a_fork_bomb_of_a_plain_user_takes_no_more_than_its_share, needs: [Sandboxes, Root, PlainUser]),
    test!(on_disk_a_build_has_the_same_bytes_and_leaves_nothing, needs: [Sandboxes, Root]),
    test!(a_plain_user_builds_on_disk_and_clears_what_a_killed_run_left, needs: [Sandboxes, Root, PlainUser]),
    test!(what_is_no_directory_is_refused_by_name, needs: [Sandboxes, Root]),
];

/// An archive with one package that has this postinst, whose programs the tiny base has.
fn repository(lab: &Path, name: &str, postinst: &str) -> Repository {
    let source = lab.join(name);
    fs::create_dir(&source).unwrap();
    let control = format!(
        "Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: twinroot tests\n\
         Description: wants too much\n"
    );
    fs::write(source.join("control"), control).unwrap();
    fs::write(source.join("postinst"), postinst).unwrap();
    Repository::with(&lab.join("repository"), &[source])
}

fn a_size_that_no_build_fits_into_is_refused_before_anything_is_done() {
    let lab = directory();
    let ran = run(twinroot(lab.path()).args(["verify", "trixie", "--max-tmpfs=64MiB"]));
    assert_eq!(
        ran,
        Ran {
            status: Some(2),
            stdout: String::new(),
            stderr: "twinroot: memory: 2 builds of essential at the same time need 606 MiB for \
                     files, and may take 64\n\
                     hint: --jobs 1 needs 303 MiB; --work-dir DIR keeps files on disk and needs \
                     448 MiB; a larger --max-tmpfs does\n"
                .to_owned(),
        }
    );
    assert!(!lab.path().join("twinroot").exists());
}

fn a_script_that_fills_the_memory_is_no_finding_but_told_with_what_helps() {
    let lab = directory();
    // Chrootless only: the normal build has what a finding needs.
    let postinst = "#!/bin/sh\nset -e\n[ -z \"$DPKG_ROOT\" ] || cat /dev/zero >/tmp/filling\n";
    let repository = repository(lab.path(), "filling", postinst);
    let arguments = ["--include=filling", "--quiet", "--max-tmpfs=606MiB"];
    let ran = run(&mut verify_tiny(lab.path(), &repository, &arguments));
    assert_eq!(ran.status, Some(2), "{ran:?}");
    let said: Vec<_> = ran.stderr.lines().collect();
    assert!(
        said.contains(&"  | cat: write error: No space left on device"),
        "{said:?}"
    );
    let told = said.iter().find(|line| line.starts_with("twinroot: "));
    assert_eq!(
        told.copied(),
        Some(
            "twinroot: chrootless: the 303 MiB of its tmpfs are full: Sub-process /usr/bin/dpkg \
             returned an error code (2)"
        )
    );
    let hint = said.iter().find(|line| line.starts_with("hint: "));
    assert_eq!(
        hint.copied(),
        Some(
            "hint: --max-tmpfs SIZE gives the builds more memory, --jobs 1 gives all of it to one \
             at a time, and --work-dir DIR has them on disk"
        )
    );
}

fn a_script_that_writes_without_end_is_named() {
    let lab = directory();
    let postinst = "#!/bin/sh\nwhile :; do echo \"$0: again, and again, and again\" >&2; done\n";
    let repository = repository(lab.path(), "talking", postinst);
    let out = lab.path().join("out.tar");
    let start = Instant::now();
    let ran = run(twinroot(lab.path()).args([
        "build",
        SUITE,
        &out.to_string_lossy(),
        &repository.mirror(),
        "--mode=normal",
        "--outside=host",
        "--include=talking",
    ]));
    assert_eq!(ran.status, Some(2), "{ran:?}");
    let begin = "twinroot: normal: the build has written more than 16 MiB of messages; at postinst \
                 of talking: ";
    assert!(ran.stderr.starts_with(begin), "{ran:?}");
    assert!(start.elapsed() < Duration::from_secs(120));
    assert!(!out.exists());
}

/// Tasks of the machine at the same time (proc_loadavg(5)).
fn tasks() -> u64 {
    let loads = fs::read_to_string("/proc/loadavg").unwrap();
    let (_, tasks) = loads.split_once('/').unwrap();
    tasks.split(' ').next().unwrap().parse().unwrap()
}

/// The most tasks that `work` adds to those of the machine.
fn most_tasks(work: impl FnOnce() + Send) -> u64 {
    let before = tasks();
    let mut most = before;
    std::thread::scope(|scope| {
        let working = scope.spawn(work);
        while !working.is_finished() {
            most = most.max(tasks());
            sleep(Duration::from_millis(5));
        }
        working.join().unwrap();
    });
    most - before
}

/// It starts processes until it cannot, and none of them ends.
const BOMB: &str = "bomb() { bomb | bomb & }\nbomb\nsleep 2\nexit 3\n";

/// Processes of other programs that may start meanwhile.
const OTHERS: u64 = 300;

fn a_fork_bomb_of_a_plain_user_takes_no_more_than_its_share() {
    let plain = Plain::new();
    let most = most_tasks(|| {
        let ran = plain.twinroot(&["audit", "--quiet", "--", "sh", "-c", BOMB]);
        assert!(ran.stderr.contains("Cannot fork"), "{:?}", ran.status);
    });
    assert!(most < 1024 + OTHERS, "{most}");
}

/// Names in a directory.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// What a report says beside how long it took.
fn without_timings(ran: &Ran) -> Value {
    let mut report = report(ran);
    report["timings"] = Value::Null;
    report
}

fn on_disk_a_build_has_the_same_bytes_and_leaves_nothing() {
    let lab = directory();
    let repository = Repository::make(&lab.path().join("repository"));
    let work = lab.path().join("work");
    fs::create_dir(&work).unwrap();
    let on_disk = format!("--work-dir={}", work.to_string_lossy());
    for audit in ["--audit=overlay", "--audit=read-only"] {
        let include = "--include=behaving,diverging,escaping,trying";
        let [memory, disk] = [None, Some(on_disk.as_str())].map(|room| {
            let arguments: Vec<_> = [include, audit].into_iter().chain(room).collect();
            run(&mut verify_tiny(lab.path(), &repository, &arguments))
        });
        assert_eq!(memory.status, Some(1), "{memory:?}");
        assert_eq!(without_timings(&memory), without_timings(&disk), "{audit}");
        assert_eq!(names(&work), Vec::<String>::new());
    }
}

fn a_plain_user_builds_on_disk_and_clears_what_a_killed_run_left() {
    let plain = Plain::new();
    let work = plain.path("work");
    fs::create_dir(&work).unwrap();
    std::os::unix::fs::chown(&work, Some(plain.id()), None).unwrap();
    let on_disk = format!("--work-dir={}", work.to_string_lossy());
    let audit = ["audit", "--quiet", &on_disk, "--"];
    let writing = "mkdir -p /opt/a/b; echo x >/opt/a/b/c; chown 7:7 /opt/a; sleep 60";
    let mut command = plain.command();
    let mut child = command
        .args(audit)
        .args(["sh", "-c", writing])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while !has_written(&work) && start.elapsed() < Duration::from_secs(30) {
        sleep(Duration::from_millis(50));
    }
    // runuser(1) waits for it.
    let id = child.id();
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
    let twinroot = children.split(' ').next().unwrap();
    assert!(succeeds(Command::new("kill").args(["-KILL", twinroot])));
    let _ = child.wait().unwrap();
    assert_eq!(names(&work).len(), 1);
    let again: Vec<_> = audit.into_iter().chain(["touch", "/opt/x"]).collect();
    let ran = plain.twinroot(&again);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.stdout.ends_with("\n  created   /opt/x\n"), "{ran:?}");
    assert_eq!(names(&work), Vec::<String>::new());
}

/// Whether the command has made its file in the upper directory.
fn has_written(work: &Path) -> bool {
    let found = Command::new("find")
        .arg(work)
        .args(["-path", "*/a/b/c", "-size", "+0"])
        .output()
        .unwrap();
    !found.stdout.is_empty()
}

fn what_is_no_directory_is_refused_by_name() {
    let lab = directory();
    let missing = lab.path().join("missing");
    let refused = |directory: &Path| {
        let on_disk = format!("--work-dir={}", directory.to_string_lossy());
        let ran = run(twinroot(lab.path()).args(["audit", "--quiet", &on_disk, "--", "true"]));
        assert_eq!(ran.status, Some(2), "{ran:?}");
        ran.stderr
    };
    assert_eq!(
        refused(&missing),
        format!(
            "twinroot: {}: open: No such file or directory (os error 2)\n",
            missing.to_string_lossy()
        )
    );
    fs::write(&missing, "").unwrap();
    assert_eq!(
        refused(&missing),
        format!(
            "twinroot: work directory {}: not a directory\n\
             hint: --work-dir takes a directory on a local file system, such as ext4 or xfs\n",
            missing.to_string_lossy()
        )
    );
}
