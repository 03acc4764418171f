//! Chroots of an architecture that this machine's processor does not run.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::harness::Test;
use crate::support::needs::Need;
use crate::support::report::{divergences, escapes, report};
use crate::support::repository::{Repository, SUITE};
use crate::support::run::{Ran, TWINROOT, archive_cache, directory, run, succeeds, twinroot};

pub(crate) const TESTS: &[Test] = &[
    test!(package_files_and_a_repository_of_them_make_the_same_foreign_chroot, needs: [Sandboxes, Root]),
    test!(a_foreign_chroot_is_built_with_the_audit_on, needs: [Sandboxes, Root]),
    test!(the_outside_comes_from_a_directory_of_its_own, needs: [Sandboxes, Root]),
    test!(no_program_of_the_foreign_chroot_can_be_executed_whatever_this_machine_emulates, needs: [Sandboxes, Root, OwnEmulators]),
    test!(a_normal_build_that_nothing_emulates_is_refused_with_the_command_that_mends_it, needs: [Sandboxes, Root]),
    test!(trixie_is_built_for_arm64_without_emulation, needs: [Sandboxes, Archive]),
    test!(what_differs_on_arm64_is_what_no_package_can_help, needs: [Sandboxes, Archive, OwnEmulators, Emulator("qemu-aarch64")]),
];

/// `build tiny out.tar MIRROR --arch arm64 --mode chrootless` in the directory `lab`, on this
/// machine as the outside.
fn build_tiny(lab: &Path, mirror: &str, arguments: &[&str]) -> Ran {
    let mut command = twinroot(&lab.join("cache"));
    command
        .args(["build", SUITE, "out.tar", mirror, "--arch=arm64"])
        .args(["--mode=chrootless", "--outside=host", "--quiet"])
        .args(arguments)
        .current_dir(lab);
    run(&mut command)
}

/// A file of a tarball.
fn member(tarball: &Path, path: &str) -> Vec<u8> {
    let output = Command::new("tar")
        .args(["--extract", "--to-stdout", "--file"])
        .args([tarball, Path::new(path)])
        .output()
        .unwrap();
    assert!(output.status.success(), "{path}: {output:?}");
    output.stdout
}

/// What dpkg's database in a tarball has of every package in a field.
fn installed(tarball: &Path, field: &str) -> Vec<String> {
    let status = String::from_utf8(member(tarball, "./var/lib/dpkg/status")).unwrap();
    let lines = status.lines();
    lines
        .filter_map(|line| line.strip_prefix(field)?.strip_prefix(": "))
        .map(str::to_owned)
        .collect()
}

fn package_files_and_a_repository_of_them_make_the_same_foreign_chroot() {
    let lab = directory();
    Repository::of_arm64(&lab.path().join("repository"));
    let tarballs = ["repository", "repository/pool"].map(|mirror| {
        let options = ["--include=behaving", "--source-date-epoch=1700000000"];
        let ran = build_tiny(lab.path(), mirror, &options);
        let expected = Ran {
            status: Some(0),
            stdout: String::new(),
            stderr: String::new(),
        };
        assert_eq!(ran, expected, "{mirror}");
        fs::read(lab.path().join("out.tar")).unwrap()
    });
    assert!(tarballs[0] == tarballs[1]);
    let out = lab.path().join("out.tar");
    assert_eq!(installed(&out, "Package"), ["behaving", "tiny-base"]);
    assert_eq!(installed(&out, "Architecture"), ["all", "arm64"]);
    let of_the_chroot = member(&out, "./etc/behaving.conf");
    assert_eq!(of_the_chroot, b"behaving\n");
}

fn a_foreign_chroot_is_built_with_the_audit_on() {
    let lab = directory();
    Repository::of_arm64(&lab.path().join("repository"));
    let ran = build_tiny(lab.path(), "repository/pool", &["--include=escaping"]);
    let expected = Ran {
        status: Some(1),
        stdout: String::new(),
        stderr: "outside: metadata /etc\n\
                 outside: removed /etc/bash.bashrc\n\
                 outside: created /etc/bash.bashrc.new\n\
                 outside: modified /etc/debian_version\n\
                 outside: metadata /etc/issue\n\
                 outside: removed /etc/issue.net\n\
                 outside: metadata /etc/profile\n\
                 outside: metadata /opt\n\
                 outside: created /opt/escaping.created\n"
            .to_owned(),
    };
    assert_eq!(ran, expected);
    let out = lab.path().join("out.tar");
    assert_eq!(installed(&out, "Architecture"), ["all", "arm64"]);
}

fn the_outside_comes_from_a_directory_of_its_own() {
    let lab = directory();
    Repository::of_arm64(&lab.path().join("repository"));
    fs::create_dir(lab.path().join("empty")).unwrap();
    let mut command = twinroot(&lab.path().join("cache"));
    command
        .args(["build", SUITE, "-", "repository/pool", "--arch=arm64"])
        .args(["--mode=chrootless", "--outside-mirror=./empty"])
        .current_dir(lab.path());
    let ran = run(&mut command);
    let expected = Ran {
        status: Some(2),
        stdout: String::new(),
        stderr: "twinroot: ./empty: it has neither a dists/ nor a package file (*.deb)\n"
            .to_owned(),
    };
    assert_eq!(ran, expected);
}

/// The program in question runs on a machine that has an emulator, and not in the build.
fn no_program_of_the_foreign_chroot_can_be_executed_whatever_this_machine_emulates() {
    let lab = directory();
    let repository = Repository::of_arm64(&lab.path().join("repository"));
    if Need::Emulator("qemu-aarch64").missing().is_none() {
        let tree = lab.path().join("tree");
        let deb = repository.deb("tiny-base");
        assert!(succeeds(
            Command::new("dpkg-deb").arg("-x").args([&deb, &tree])
        ));
        assert!(succeeds(&mut Command::new(tree.join("usr/bin/touch"))));
    }
    for package in ["executing", "executing-later"] {
        let include = format!("--include={package}");
        let ran = build_tiny(lab.path(), "repository/pool", &[&include]);
        assert_eq!((ran.status, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        let mut lines = ran.stderr.lines();
        let trouble = lines.find(|line| line.starts_with("twinroot: ")).unwrap();
        // The chroot's name is mmdebstrap's, and random.
        let (start, rest) = trouble.split_once("/tmp/mmdebstrap.").unwrap();
        let (_, rest) = rest.split_once('/').unwrap();
        assert_eq!(
            format!("{start}ROOT/{rest}"),
            format!(
                "twinroot: chrootless: {package}.postinst failed: line 4: ROOT/usr/bin/touch: cannot \
                 execute binary file: Exec format error"
            )
        );
        assert!(!lab.path().join("out.tar").exists());
    }
}

/// `verify trixie --arch ARCH` where binfmt_misc has nothing but files of these texts.
fn verify_where_registered(arch: &str, registered: &[(&str, &str)]) -> Ran {
    let lab = directory();
    let entries = lab.path().join("entries");
    fs::create_dir(&entries).unwrap();
    for (name, text) in registered {
        fs::write(entries.join(name), text).unwrap();
    }
    let script = "mount --bind \"$0\" /proc/sys/fs/binfmt_misc && exec \"$@\"";
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-c", script])
        .arg(&entries)
        .args([TWINROOT, "verify", "trixie", "--arch", arch])
        .env("XDG_CACHE_HOME", lab.path());
    run(&mut command)
}

fn a_normal_build_that_nothing_emulates_is_refused_with_the_command_that_mends_it() {
    let check = |arch: &str, registered: &[(&str, &str)], expected: &str| {
        let expected = Ran {
            status: Some(2),
            stdout: String::new(),
            stderr: expected.to_owned(),
        };
        assert_eq!(verify_where_registered(arch, registered), expected);
    };
    check(
        "arm64",
        &[],
        "twinroot: nothing is registered with binfmt_misc, so nothing here runs arm64 programs\n\
         hint: sudo apt-get install qemu-user-static binfmt-support && sudo mount -t binfmt_misc \
         binfmt_misc /proc/sys/fs/binfmt_misc && sudo update-binfmts --enable\n",
    );
    let arm64 = (
        "qemu-aarch64",
        "disabled\ninterpreter /usr/bin/q\nflags: F\n",
    );
    check(
        "ppc64el",
        &[arm64],
        "twinroot: no emulator for ppc64el is registered: binfmt_misc has no qemu-ppc64le\n\
         hint: sudo apt-get install qemu-user-static binfmt-support && sudo update-binfmts \
         --enable qemu-ppc64le\n",
    );
    check(
        "arm64",
        &[arm64],
        "twinroot: qemu-aarch64 is registered with binfmt_misc, but disabled\n\
         hint: echo 1 | sudo tee /proc/sys/fs/binfmt_misc/qemu-aarch64\n",
    );
}

fn trixie_is_built_for_arm64_without_emulation() {
    let lab = directory();
    let out = lab.path().join("out.tar");
    let mut command = twinroot(&archive_cache());
    command
        .args(["build", "trixie", "-", "--arch=arm64"])
        .args(["--mode=chrootless", "--quiet"])
        .stdout(File::create(&out).unwrap());
    let ran = run(&mut command);
    let expected = Ran {
        status: Some(0),
        stdout: String::new(),
        stderr: String::new(),
    };
    assert_eq!(ran, expected);
    let mut architectures = installed(&out, "Architecture");
    assert!(architectures.len() > 50, "{architectures:?}");
    architectures.sort();
    architectures.dedup();
    assert_eq!(architectures, ["all", "arm64"]);
    let states = installed(&out, "Status");
    assert!(states.iter().all(|state| state == "install ok installed"));
    let dpkg = member(&out, "./usr/bin/dpkg");
    // elf(5): e_machine, EM_AARCH64.
    assert_eq!(
        (&dpkg[..4], &dpkg[18..20]),
        (&b"\x7fELF"[..], &[0xb7, 0][..])
    );
}

/// The rule, and how many entries it explains, of each cause.
fn rules_of_causes(report: &Value) -> Vec<(&str, u64)> {
    let causes = report["causes"].as_array().unwrap().iter();
    causes
        .map(|cause| {
            (
                cause["rule"].as_str().unwrap(),
                cause["entries"].as_u64().unwrap(),
            )
        })
        .collect()
}

/// Minutes: the normal builds are emulated, one of them observed.
fn what_differs_on_arm64_is_what_no_package_can_help() {
    let lab = directory();
    let text = lab.path().join("report.txt");
    let mut command = twinroot(&archive_cache());
    command
        .args([
            "verify",
            "trixie",
            "--arch=arm64",
            "--no-control",
            "--json=-",
        ])
        .arg(format!("--text={}", text.to_str().unwrap()));
    let ran = run(&mut command);
    assert_eq!(
        (ran.status, ran.stderr.as_str()),
        (Some(1), ""),
        "{}",
        ran.stdout
    );
    let report = report(&ran);
    let paths = [
        "./etc/ld.so.cache",
        "./var/cache/debconf/config.dat-old",
        "./var/cache/debconf/templates.dat-old",
    ];
    let expected = paths.map(|path| (path.to_owned(), "changed".to_owned()));
    assert_eq!(divergences(&report), expected);
    assert_eq!(
        rules_of_causes(&report),
        [("configuration-order", 2), ("foreign-ldconfig", 1)]
    );
    assert_eq!(escapes(&report), []);
    let packages = report["packages"].as_array().unwrap();
    let is_other = |package: &&Value| package["verdict"] != "complete";
    let other = packages.iter().filter(is_other);
    let other: Vec<_> = other.map(|one| (&one["name"], &one["verdict"])).collect();
    assert_eq!(other, [(&"libselinux1".into(), &"latent".into())]);
    assert!(packages.len() > 50, "{packages:#?}");
    let builds = report["builds"].as_array().unwrap();
    let observed = builds.iter().find(|build| build["label"] == "chrootless");
    let executed = &observed.unwrap()["executed"];
    assert_eq!(
        (&executed["emulation"], &executed["of_chroot"]),
        (&json!("none"), &json!([]))
    );
    let count = executed["count"].as_u64().unwrap();
    assert!(count > 100, "{executed}");
    let text = fs::read_to_string(&text).unwrap();
    let proof = format!(
        "no arm64 program was executed: {count} executions, none of the chroot's; the kernel knew \
         no emulator"
    );
    assert!(text.lines().any(|line| line == proof), "{text}");
}
