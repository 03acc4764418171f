//! `verify` on the real archive, with a cache that the tests share.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::harness::Test;
use crate::support::plain_user::Plain;
use crate::support::report::{divergences, escapes, report};
use crate::support::run::{archive_cache, directory, run, twinroot, verify};

pub(crate) const TESTS: &[Test] = &[
    test!(trixie_is_identical_and_nothing_escapes, needs: [Sandboxes, Archive]),
    test!(systemd_is_identical_because_the_outside_has_its_tools, needs: [Sandboxes, Archive]),
    test!(an_expired_release_file_is_trouble_that_names_the_option, needs: [Sandboxes, Archive]),
    test!(a_suite_that_is_not_there_is_trouble, needs: [Sandboxes, Archive]),
    test!(a_bookworm_outside_leaks_into_exactly_five_entries, needs: [Debian12, Sandboxes, Root, Archive]),
    test!(important_escapes_by_hwdb_and_accounts, needs: [Sandboxes, Archive]),
    test!(a_package_that_lost_its_dpkg_root_support_is_named, needs: [Sandboxes, Archive]),
    test!(a_plain_user_gets_the_same_bytes, needs: [Sandboxes, PlainUser, Archive]),
];

fn trixie_is_identical_and_nothing_escapes() {
    let ran = verify(&["trixie"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let report = report(&ran);
    assert_eq!(report["verdict"], "identical");
    assert_eq!(escapes(&report), []);
    assert!(report["left"]["entries"].as_u64() > Some(3_000));
    assert!(
        report["builds"]
            .as_array()
            .unwrap()
            .iter()
            .all(|build| build["degraded"] == serde_json::json!([]))
    );
}

fn systemd_is_identical_because_the_outside_has_its_tools() {
    let ran = verify(&["trixie", "--variant=apt", "--include=systemd,systemd-sysv"]);
    assert_eq!(ran.status, Some(0), "{}\n{}", ran.stdout, ran.stderr);
}

fn an_expired_release_file_is_trouble_that_names_the_option() {
    let lab = directory();
    let ran = run(twinroot(lab.path()).args(["verify", "sid"]));
    if ran.status == Some(0) {
        return; // The archive has a fresh sid today.
    }
    assert_eq!(ran.status, Some(2));
    let hint = "hint: `--allow-expired` accepts an expired Release file";
    assert_eq!(ran.stderr.lines().last(), Some(hint), "{}", ran.stderr);
}

fn a_suite_that_is_not_there_is_trouble() {
    let lab = directory();
    let ran = run(twinroot(lab.path()).args(["verify", "nosuchsuite"]));
    assert_eq!(ran.status, Some(2));
    let hint = "hint: is the suite's name right, and does the mirror have it?";
    assert_eq!(ran.stderr.lines().last(), Some(hint), "{}", ran.stderr);
}

/// On Debian 12: its ldconfig, pam templates and update-shells show in a trixie chroot.
fn a_bookworm_outside_leaks_into_exactly_five_entries() {
    let ran = verify(&["trixie", "--outside=host"]);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let paths: Vec<_> = divergences(&report(&ran))
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(
        paths,
        [
            "./etc/ld.so.cache",
            "./etc/pam.d/common-session",
            "./etc/pam.d/common-session-noninteractive",
            "./etc/shells",
            "./var/lib/shells.state",
        ]
    );
}

fn important_escapes_by_hwdb_and_accounts() {
    let ran = verify(&["trixie", "--variant=important"]);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let report = report(&ran);
    assert_eq!(report["verdict"], "divergent");
    let paths: Vec<_> = escapes(&report).into_iter().map(|(path, _)| path).collect();
    for path in ["/usr/lib/udev/hwdb.bin", "/etc/passwd", "/etc/group"] {
        assert!(paths.iter().any(|escaped| escaped == path), "{paths:?}");
    }
}

/// base-files without DPKG_ROOT: what it should put into the chroot goes outside.
fn a_package_that_lost_its_dpkg_root_support_is_named() {
    assert_eq!(verify(&["trixie"]).status, Some(0));
    let lab = directory();
    let deb = patched(lab.path(), "base-files");
    let ran = verify(&["trixie", "--deb", deb.to_str().unwrap()]);
    assert_eq!(ran.status, Some(1), "{}", ran.stderr);
    let report = report(&ran);
    let named: Vec<_> = report["divergences"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["package"] == "base-files")
        .collect();
    assert!(!named.is_empty(), "{:#?}", report["divergences"]);
    let package = report["packages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["name"] == "base-files")
        .unwrap();
    assert_eq!(package["verdict"], "incomplete");
}

/// The pinned package with every mention of DPKG_ROOT gone from its postinst.
fn patched(lab: &Path, package: &str) -> PathBuf {
    let find = Command::new("find")
        .arg(archive_cache())
        .args(["-name", &format!("{package}_*.deb")])
        .output()
        .unwrap();
    let found = String::from_utf8(find.stdout).unwrap();
    let deb = found.lines().next().expect("the package is pinned");
    let tree = lab.join("tree");
    assert!(
        Command::new("dpkg-deb")
            .args(["-R", deb])
            .arg(&tree)
            .status()
            .unwrap()
            .success()
    );
    let script = tree.join("DEBIAN/postinst");
    let text = fs::read_to_string(&script).unwrap();
    assert!(text.contains("DPKG_ROOT"));
    fs::write(
        &script,
        text.replace("${DPKG_ROOT}", "").replace("$DPKG_ROOT", ""),
    )
    .unwrap();
    let out = lab.join("patched.deb");
    assert!(
        Command::new("dpkg-deb")
            .args(["--root-owner-group", "-b"])
            .arg(&tree)
            .arg(&out)
            .output()
            .unwrap()
            .status
            .success()
    );
    out
}

fn a_plain_user_gets_the_same_bytes() {
    let user = Plain::new();
    let keep = user.path("plain");
    let ran = user.twinroot(&["verify", "trixie", "--keep", keep.to_str().unwrap()]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(user.twinroot(&["doctor"]).status, Some(0));
    let lab = directory();
    let own = lab.path().join("superuser");
    assert_eq!(
        verify(&["trixie", "--keep", own.to_str().unwrap()]).status,
        Some(0)
    );
    assert!(
        fs::read(keep.join("normal.tar")).unwrap() == fs::read(own.join("normal.tar")).unwrap()
    );
}
