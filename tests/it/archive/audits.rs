//! The ways to watch the outside, held against ten packages that each touch it in another way,
//! and against each other.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use crate::support::harness::Test;
use crate::support::patched::patched;
use crate::support::plain_user::Plain;
use crate::support::report::report;
use crate::support::run::{Ran, archive_cache, directory, run, twinroot, verify};

pub(crate) const TESTS: &[Test] = &[
    test!(overlay_and_snapshot_find_the_same_ten_touches, needs: [Sandboxes, Archive]),
    test!(overlay_and_snapshot_find_the_same_escapes_of_important, needs: [Sandboxes, Archive]),
    test!(any_command_is_audited_and_nothing_is_left_of_it, needs: [Sandboxes, Root]),
    test!(where_there_are_no_user_namespaces_the_superuser_audits_all_the_same, needs: [Sandboxes, PlainUser]),
    test!(a_snapshot_of_a_tree_finds_a_single_changed_mode, needs: [Sandboxes, Archive]),
];

/// A real Essential package, and what its postinst does to the outside alone.
const TOUCHES: [(&str, &str); 10] = [
    ("grep", "echo more >>/etc/issue"),
    ("sed", "chmod 0700 /usr/share/doc/sed"),
    ("gzip", "chown 7:7 /usr/share/doc/gzip/copyright"),
    (
        "mawk",
        "touch --date=@1000000000 /usr/share/doc/mawk/copyright",
    ),
    (
        "hostname",
        // setxattr(2)
        "perl -e '($f, $n, $v) = (\"/usr/share/doc/hostname/copyright\", \"user.tw\", \"x\"); \
         syscall(188, $f, $n, $v, 1, 0)'",
    ),
    (
        "diffutils",
        "mv /usr/share/doc/diffutils/copyright /usr/share/doc/diffutils/renamed",
    ),
    ("findutils", "rm /usr/share/doc/findutils/copyright"),
    (
        "tar",
        "ln /usr/share/doc/tar/copyright /usr/share/doc/tar/linked",
    ),
    // No device can be made in a user namespace, whoever asks: a pipe comes next.
    (
        "bsdutils",
        "mknod /dev/tw-node c 1 3 2>/dev/null || mknod /dev/tw-node p",
    ),
    (
        "bash",
        "f=/etc/debian_version; cp -a $f /tmp/tw; echo x >>$f; cat /tmp/tw >$f; \
         touch -r /tmp/tw $f; rm /tmp/tw",
    ),
];

/// What the ten do: the path, what happened to it, and its fields.
const EXPECTED: [&str; 15] = [
    "/dev/tw-node created",
    "/etc/debian_version metadata ctime",
    "/etc/issue modified size content mtime",
    "/usr/share/doc/diffutils metadata mtime",
    "/usr/share/doc/diffutils/copyright removed",
    "/usr/share/doc/diffutils/renamed created",
    "/usr/share/doc/findutils metadata mtime",
    "/usr/share/doc/findutils/copyright removed",
    "/usr/share/doc/gzip/copyright metadata uid gid",
    "/usr/share/doc/hostname/copyright metadata xattr:user.tw",
    "/usr/share/doc/mawk/copyright metadata mtime atime",
    "/usr/share/doc/sed metadata mode",
    "/usr/share/doc/tar metadata mtime",
    "/usr/share/doc/tar/copyright metadata nlink",
    "/usr/share/doc/tar/linked created",
];

fn verify_trixie(arguments: &[&str]) -> Ran {
    verify(&[&["trixie", "--no-control"], arguments].concat())
}

fn changed_rows(escapes: &Value) -> Vec<String> {
    let escapes = escapes.as_array().unwrap();
    let row = |escape: &Value| {
        let fields = escape["fields"].as_array().into_iter().flatten();
        let fields: String = fields
            .map(|field| format!(" {}", field["name"].as_str().unwrap()))
            .collect();
        format!(
            "{} {}{fields}",
            escape["path"].as_str().unwrap(),
            escape["change"].as_str().unwrap()
        )
    };
    escapes.iter().map(row).collect()
}

fn escapes(ran: &Ran) -> Vec<String> {
    changed_rows(&report(ran)["outside"]["escapes"])
}

fn ten_debs(lab: &Path) -> Vec<String> {
    // The packages as they are, which this leaves in the cache, are what is broken.
    assert_eq!(verify_trixie(&[]).status, Some(0));
    let debs = TOUCHES.iter().map(|(name, lines)| {
        let lines = format!("[ -z \"$DPKG_ROOT\" ] || {{ {lines}; }} || true");
        patched(&archive_cache(), lab, name, ("postinst", &lines))
    });
    debs.map(|deb| format!("--deb={}", deb.to_string_lossy()))
        .collect()
}

fn overlay_and_snapshot_find_the_same_ten_touches() {
    let lab = directory();
    let debs = ten_debs(lab.path());
    for audit in ["--audit=overlay", "--audit=snapshot"] {
        let mut arguments = vec![audit, "--no-trace"];
        arguments.extend(debs.iter().map(String::as_str));
        let ran = verify_trixie(&arguments);
        assert_eq!(ran.status, Some(1), "{}", ran.stderr);
        assert_eq!(escapes(&ran), EXPECTED, "{audit}");
    }
    // What would have changed directories or been the second step did not happen.
    let mut arguments = vec!["--audit=read-only"];
    arguments.extend(debs.iter().map(String::as_str));
    let ran = verify_trixie(&arguments);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    assert_eq!(
        escapes(&ran),
        [
            "/dev/tw-node created",
            "/etc/debian_version modified",
            "/etc/issue modified",
            "/usr/share/doc/diffutils/copyright removed",
            "/usr/share/doc/diffutils/renamed created",
            "/usr/share/doc/findutils/copyright removed",
            "/usr/share/doc/gzip/copyright metadata",
            "/usr/share/doc/hostname/copyright metadata",
            "/usr/share/doc/mawk/copyright modified",
            "/usr/share/doc/sed metadata",
            "/usr/share/doc/tar/linked created",
        ]
    );
}

fn overlay_and_snapshot_find_the_same_escapes_of_important() {
    let found: Vec<_> = ["--audit=overlay", "--audit=snapshot"]
        .iter()
        .map(|audit| {
            // The overlay needs the trace to tell a lock that is only opened from what is undone.
            let ran = verify_trixie(&["--variant=important", audit]);
            assert_eq!(ran.status, Some(1), "{}", ran.stderr);
            escapes(&ran)
        })
        .collect();
    assert!(
        found[0]
            .iter()
            .any(|row| row.starts_with("/usr/lib/udev/hwdb.bin"))
    );
    assert_eq!(found[0], found[1]);
}

/// `twinroot audit`, on this machine unless told otherwise.
fn audit(arguments: &[&str]) -> Ran {
    run(twinroot(&archive_cache()).arg("audit").args(arguments))
}

fn any_command_is_audited_and_nothing_is_left_of_it() {
    // The command has a /tmp of its own.
    let lab = tempfile::tempdir_in("/var/tmp").unwrap();
    fs::set_permissions(lab.path(), PermissionsExt::from_mode(0o777)).unwrap();
    let file = lab.path().join("file");
    fs::write(&file, "as it was\n").unwrap();
    fs::set_permissions(&file, PermissionsExt::from_mode(0o666)).unwrap();
    let script = format!("echo said; chmod 600 {}", file.display());
    let ran = audit(&["--", "sh", "-c", &script]);
    assert_eq!(
        (ran.status, ran.stdout, ran.stderr),
        (
            Some(1),
            format!("  metadata  {}\n    mode     0666 | 0600\n", file.display()),
            "said\n".to_owned()
        )
    );
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o666
    );

    let ran = audit(&["--json=-", "--audit=overlay", "--", "true"]);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (ran.status, json),
        (
            Some(0),
            serde_json::json!({
                "schema": "twinroot.audit.v1", "audit": "overlay", "command": ["true"],
                "status": "exited with 0", "escapes": []
            })
        )
    );
    let ran = audit(&["--", "sh", "-c", "exit 3"]);
    assert_eq!(
        (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
        (Some(2), "", "twinroot: sh: exited with 3\n")
    );
}

/// A place without user namespaces, as some containers are: its superuser does without.
fn where_there_are_no_user_namespaces_the_superuser_audits_all_the_same() {
    let user = Plain::new();
    let script = format!(
        "echo 0 >/proc/sys/user/max_user_namespaces; unshare --user true 2>/dev/null && exit 9; \
         XDG_CACHE_HOME=/tmp/cache {} audit -- chmod 700 /opt; echo status $?",
        user.path("twinroot").display()
    );
    let ran = user.twinroot(&["audit", "--audit=off", "--", "sh", "-c", &script]);
    assert_eq!(
        (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
        (
            Some(0),
            "",
            "  metadata  /opt\n    mode     0755 | 0700\nstatus 1\n"
        )
    );
}

fn a_snapshot_of_a_tree_finds_a_single_changed_mode() {
    let lab = directory();
    let tarball = lab.path().join("outside.tar");
    let built = run(twinroot(&archive_cache())
        .args(["build", "trixie", "--mode=normal"])
        .arg(&tarball));
    assert_eq!(built.status, Some(0), "{}", built.stderr);
    let outside = format!("--outside={}", tarball.display());
    let ran = audit(&[
        &outside,
        "--audit=snapshot",
        "--",
        "chmod",
        "0600",
        "/usr/share/doc/sed/copyright",
    ]);
    assert_eq!(
        (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
        (
            Some(1),
            "  metadata  /usr/share/doc/sed/copyright\n    mode     0644 | 0600\n",
            ""
        )
    );
}
