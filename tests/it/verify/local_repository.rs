//! MIRROR as a directory of this machine: a repository, or package files and nothing else.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::harness::Test;
use crate::support::report::report;
use crate::support::repository::{Repository, SUITE, build};
use crate::support::run::{Ran, directory, run, twinroot};

pub(crate) const TESTS: &[Test] = &[
    test!(a_repository_and_its_package_files_alone_make_the_same_tarballs, needs: [Sandboxes, Root]),
    test!(a_directory_that_changed_is_pinned_anew, needs: [Sandboxes, Root]),
    test!(a_directory_that_nothing_can_be_built_from_is_refused_in_one_line, needs: [Sandboxes, Root]),
];

/// The tiny archive in a directory of its own; its `pool/` is a directory of package files.
fn repository(lab: &Path) -> PathBuf {
    let path = lab.join("repository");
    Repository::make(&path);
    path
}

/// `verify SUITE MIRROR` in the directory `lab`, with its cache there.
fn verify_in(lab: &Path, (suite, mirror): (&str, &str), arguments: &[&str]) -> Ran {
    let mut command = twinroot(&lab.join("cache"));
    command
        .args(["verify", suite, mirror, "--outside=host", "--json=-"])
        .args(arguments)
        .current_dir(lab);
    run(&mut command)
}

/// Everything about a tree that looking at it may not change.
fn manifest(tree: &Path) -> String {
    let output = Command::new("find")
        .arg(tree)
        .args(["-printf", "%p %y %i %n %m %U %G %s %T@ %C@\\n"])
        .output()
        .expect("find runs");
    String::from_utf8(output.stdout).unwrap()
}

fn a_repository_and_its_package_files_alone_make_the_same_tarballs() {
    let lab = directory();
    let path = repository(lab.path());
    // Closed to everybody else, with names that no package has.
    let files = lab.path().join("files");
    fs::create_dir_all(files.join("sub")).unwrap();
    for (number, deb) in fs::read_dir(path.join("pool")).unwrap().enumerate() {
        let deb = deb.unwrap().path();
        let name = files
            .join(["", "sub"][number % 2])
            .join(format!("{number} of.deb"));
        fs::copy(&deb, &name).unwrap();
        fs::set_permissions(&name, Permissions::from_mode(0o600)).unwrap();
    }
    fs::set_permissions(&files, Permissions::from_mode(0o700)).unwrap();
    let before = manifest(&files);
    let tarballs = |mirror: &str| {
        let options = ["--include=behaving", "--source-date-epoch=1700000000"];
        let keep = format!("--keep={mirror}.kept");
        let ran = verify_in(
            lab.path(),
            (SUITE, mirror),
            &[options[0], options[1], &keep],
        );
        assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
        let report = report(&ran);
        assert_eq!(report["verdict"], "identical");
        assert_eq!(report["pin"]["mirror"], mirror);
        let packages: Vec<_> = report["packages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|package| (package["name"].clone(), package["version"].clone()))
            .collect();
        let kept = lab.path().join(format!("{mirror}.kept"));
        let tarballs = ["normal.tar", "chrootless.tar"].map(|name| kept.join(name));
        (packages, tarballs)
    };
    let (packages, of_files) = tarballs("files");
    assert_eq!(manifest(&files), before);
    let expected = [("behaving", "1.0"), ("tiny-base", "1.0")];
    assert_eq!(
        packages,
        expected.map(|(name, version)| (name.into(), version.into()))
    );
    let (same_packages, of_repository) = tarballs("repository");
    assert_eq!(packages, same_packages);
    let first = fs::read(&of_files[0]).unwrap();
    for other in [&of_files[1], &of_repository[0], &of_repository[1]] {
        assert!(fs::read(other).unwrap() == first, "{other:?}");
    }
    let sources = Command::new("tar")
        .args(["--extract", "--to-stdout", "--file"])
        .arg(&of_files[0])
        .arg("./etc/apt/sources.list")
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(sources.stdout).unwrap(),
        "deb [trusted=yes] copy:/tmp/twinroot/mirror tiny main\n"
    );
}

fn a_directory_that_changed_is_pinned_anew() {
    let lab = directory();
    let pool = repository(lab.path()).join("pool");
    let pinned = || {
        let epoch = "--source-date-epoch=1700000000";
        let ran = verify_in(lab.path(), (SUITE, "./repository/pool"), &[epoch]);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        report(&ran)["pin"]["sha256"].clone()
    };
    let first = pinned();
    assert_eq!(pinned(), first);
    build("unaware", &pool);
    assert_ne!(pinned(), first);
}

fn a_directory_that_nothing_can_be_built_from_is_refused_in_one_line() {
    let lab = directory();
    let path = repository(lab.path());
    let check = |suite: &str, mirror: &str, expected: &str| {
        let ran = verify_in(lab.path(), (suite, mirror), &[]);
        assert_eq!(
            (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
            (Some(2), "", expected)
        );
    };
    check(
        "trixie",
        "repository",
        "twinroot: repository: its dists/ has no `trixie`, but tiny\n",
    );
    check(
        "../tiny",
        "repository",
        "twinroot: ../tiny: it is no name of a suite\n",
    );
    check(
        SUITE,
        "./nowhere",
        "twinroot: ./nowhere: open: No such file or directory (os error 2)\n",
    );
    let dists = path.join("dists");
    fs::set_permissions(dists.join(SUITE), Permissions::from_mode(0o700)).unwrap();
    let place = dists.join(SUITE).canonicalize().unwrap();
    check(
        SUITE,
        "repository",
        &format!(
            "twinroot: {}: its mode is 0700, and fetching runs as another user\n\
             hint: chmod -R o+rX repository\n",
            place.to_string_lossy()
        ),
    );
    fs::remove_dir_all(&dists).unwrap();
    let cut = path.join("pool/cut.deb");
    fs::write(&cut, "!<arch>\n").unwrap();
    check(
        SUITE,
        "repository",
        "twinroot: repository/pool/cut.deb: it is damaged: it has no member\n",
    );
    fs::remove_dir_all(path.join("pool")).unwrap();
    check(
        SUITE,
        "repository",
        "twinroot: repository: it has neither a dists/ nor a package file (*.deb)\n",
    );
    let left = fs::read_dir(lab.path().join("cache/twinroot/repositories")).unwrap();
    let left: Vec<_> = left
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    assert_eq!(left, Vec::<PathBuf>::new());
}
