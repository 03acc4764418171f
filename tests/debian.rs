//! `verify` on the real archive, with a cache that the tests share.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops at what it does not expect"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::plain::Plain;
use support::{
    Need, archive_cache, can, directory, divergences, escapes, report, run, twinroot, verify,
};

#[test]
fn trixie_is_identical_and_nothing_escapes() {
    if !can(Need::Archive) {
        return;
    }
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

#[test]
fn systemd_is_identical_because_the_outside_has_its_tools() {
    if !can(Need::Archive) {
        return;
    }
    let ran = verify(&["trixie", "--variant=apt", "--include=systemd,systemd-sysv"]);
    assert_eq!(ran.status, Some(0), "{}\n{}", ran.stdout, ran.stderr);
}

#[test]
fn an_expired_release_file_is_trouble_that_names_the_option() {
    if !can(Need::Archive) {
        return;
    }
    let lab = directory();
    let ran = run(twinroot(lab.path()).args(["verify", "sid"]));
    if ran.status == Some(0) {
        return; // The archive has a fresh sid today.
    }
    assert_eq!(ran.status, Some(2));
    let hint = "hint: `--allow-expired` accepts an expired Release file while pinning";
    assert_eq!(ran.stderr.lines().last(), Some(hint), "{}", ran.stderr);
}

#[test]
fn a_suite_that_is_not_there_is_trouble() {
    if !can(Need::Archive) {
        return;
    }
    let lab = directory();
    let ran = run(twinroot(lab.path()).args(["verify", "nosuchsuite"]));
    assert_eq!(ran.status, Some(2));
    let hint = "hint: is the suite's name right, and does the mirror have it?";
    assert_eq!(ran.stderr.lines().last(), Some(hint), "{}", ran.stderr);
}

/// On Debian 12: its ldconfig, pam templates and update-shells show in a trixie chroot.
#[test]
fn a_bookworm_outside_leaks_into_exactly_five_entries() {
    let is_bookworm =
        fs::read_to_string("/etc/os-release").is_ok_and(|text| text.contains("bookworm"));
    if !is_bookworm || !can(Need::HostOutside) || !can(Need::Archive) {
        return;
    }
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

#[test]
fn important_escapes_by_hwdb_and_accounts() {
    if !can(Need::Archive) {
        return;
    }
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
#[test]
fn a_package_that_lost_its_dpkg_root_support_is_named() {
    if !can(Need::Archive) {
        return;
    }
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

#[test]
fn a_plain_user_gets_the_same_bytes() {
    if !can(Need::PlainUser) || !can(Need::Archive) {
        return;
    }
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
