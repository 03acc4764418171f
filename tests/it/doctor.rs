//! `twinroot doctor`: every capability has a line, and a problem is followed by the command that
//! fixes it.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::harness::Test;
use crate::support::run::{Ran, directory, run, twinroot};

pub(crate) const TESTS: &[Test] = &[
    test!(a_program_that_some_ways_need_is_a_weak_line_and_the_command_that_installs_it),
    test!(what_is_missing_is_followed_by_what_fixes_it_if_a_command_does),
    test!(a_machine_without_what_every_build_needs_is_trouble),
    test!(every_architecture_but_the_machines_own_has_a_line, needs: [Dpkg]),
];

/// Programs of every build: where this machine has them, they are those of this machine.
const NEEDED: [&str; 5] = ["mmdebstrap", "apt-get", "dpkg", "dpkg-deb", "tar"];

/// Programs of some ways to build; nothing runs them here.
const OF_WAYS: [&str; 8] = [
    "arch-test",
    "fakechroot",
    "fakeroot",
    "lxc-unshare",
    "lxc-usernsexec",
    "mount",
    "newuidmap",
    "setpriv",
];

/// A directory for PATH without `lacking`.
fn programs(lab: &Path, lacking: &[&str]) -> PathBuf {
    let bin = lab.join("bin");
    fs::create_dir(&bin).unwrap();
    let path = env::var_os("PATH").unwrap();
    for name in NEEDED {
        let mut found = env::split_paths(&path).map(|directory| directory.join(name));
        if let Some(program) = found.find(|program| program.is_file()) {
            symlink(program, bin.join(name)).unwrap();
        }
    }
    for name in OF_WAYS.iter().filter(|name| !lacking.contains(name)) {
        fs::write(bin.join(name), "").unwrap();
    }
    bin
}

fn doctor(lab: &Path, path: &Path) -> Ran {
    run(twinroot(&lab.join("cache")).arg("doctor").env("PATH", path))
}

fn a_program_that_some_ways_need_is_a_weak_line_and_the_command_that_installs_it() {
    let lab = directory();
    let bin = programs(lab.path(), &["lxc-usernsexec", "fakechroot", "arch-test"]);
    let ran = doctor(lab.path(), &bin);
    let names = ["--outside matching"]
        .iter()
        .chain(OF_WAYS.iter().filter(|name| **name != "newuidmap"));
    let names: Vec<_> = names.map(|name| format!(" {name} ")).collect();
    let lines: Vec<_> = ran.stdout.lines().collect();
    let mut shown = String::new();
    for (number, line) in lines.iter().enumerate() {
        let head: String = line.chars().skip(6).take(22).collect();
        if names.iter().any(|name| head.starts_with(name.as_str())) {
            shown.push_str(&format!("{line}\n"));
            let next = lines.get(number + 1).filter(|next| next.contains(" fix: "));
            shown.extend(next.map(|next| format!("{next}\n")));
        }
    }
    assert_eq!(
        shown,
        "\
ok     --outside matching   includes the programs for every --technique, --mode-reference and --audit
ok     fakeroot             installed, for --technique fakeroot and --mode-reference fakechroot
ok     setpriv              installed, for --technique fakeroot,unshare-helper,lxc and --mode-reference unshare,fakechroot
ok     mount                installed, for --technique nested,unshare-helper,lxc
weak   lxc-usernsexec       not installed, so --outside host cannot be used for --technique lxc
                            fix: sudo apt-get install lxc
ok     lxc-unshare          installed, for --technique lxc
weak   fakechroot           not installed, so --outside host cannot be used for --mode-reference fakechroot
                            fix: sudo apt-get install fakechroot
weak   arch-test            not installed, so --outside host cannot be used for normal builds with --arch
                            fix: sudo apt-get install arch-test
"
    );
}

fn what_is_missing_is_followed_by_what_fixes_it_if_a_command_does() {
    let lab = directory();
    let empty = lab.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let some = programs(lab.path(), &OF_WAYS);
    for path in [&empty, &some] {
        let ran = doctor(lab.path(), path);
        let lines: Vec<_> = ran.stdout.lines().collect();
        // No package has the kernel that these two need, and what cannot be read stays unknown.
        let has_no_command = |line: &str| {
            [" sandbox ", " own binfmt_misc "]
                .iter()
                .any(|name| line.contains(name))
                || line.ends_with(" unknown")
                || line.ends_with("(CONFIG_USER_NS)")
        };
        let mut lacking = 0;
        for (number, line) in lines.iter().enumerate() {
            if !(line.starts_with("weak ") || line.starts_with("FAIL ")) || has_no_command(line) {
                continue;
            }
            lacking += 1;
            let next = lines.get(number + 1).copied().unwrap_or_default();
            let fix = next.strip_prefix("                            fix: ");
            assert!(fix.is_some_and(|fix| !fix.is_empty()), "{line}\n{next}");
        }
        assert!(lacking >= 8, "{}", ran.stdout);
    }
}

fn a_machine_without_what_every_build_needs_is_trouble() {
    let lab = directory();
    let empty = lab.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let ran = doctor(lab.path(), &empty);
    assert_eq!(
        (ran.status, ran.stderr.as_str()),
        (
            Some(2),
            "twinroot: mmdebstrap: not installed\nhint: sudo apt-get install mmdebstrap\n"
        )
    );
    assert!(
        ran.stdout.starts_with(
            "FAIL   mmdebstrap           not installed\n                            fix: sudo \
             apt-get install mmdebstrap\n"
        ),
        "{}",
        ran.stdout
    );
}

fn every_architecture_but_the_machines_own_has_a_line() {
    let lab = directory();
    let path = env::var_os("PATH").unwrap();
    let ran = doctor(lab.path(), Path::new(&path));
    let output = Command::new("dpkg")
        .arg("--print-architecture")
        .output()
        .unwrap();
    let native = String::from_utf8(output.stdout).unwrap();
    let all = [
        "amd64", "arm64", "armhf", "i386", "ppc64el", "riscv64", "s390x",
    ];
    let expected: Vec<_> = all.iter().filter(|one| **one != native.trim()).collect();
    let shown: Vec<_> = ran
        .stdout
        .lines()
        .filter_map(|line| line.get(7..)?.strip_prefix("--arch ")?.split(' ').next())
        .collect();
    assert_eq!(shown, expected.into_iter().copied().collect::<Vec<_>>());
    assert!(
        ran.stdout
            .contains("ok     --arch, chrootless   needs no emulator for any architecture\n"),
        "{}",
        ran.stdout
    );
}
