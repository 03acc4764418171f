//! What runs while an archive is frozen, and how long a build may take.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::harness::Test;
use crate::support::repository::{Repository, SUITE};
use crate::support::run::{directory, run, testdata, twinroot};

pub(crate) const TESTS: &[Test] = &[
    test!(no_maintainer_script_has_the_network, needs: [Sandboxes, Root]),
    test!(a_script_that_hangs_is_named_when_the_time_is_over, needs: [Sandboxes, Root]),
];

/// The sources of a package with this postinst.
fn package(lab: &Path, name: &str, postinst: &str) -> PathBuf {
    let source = lab.join(name);
    fs::create_dir_all(&source).unwrap();
    let control = fs::read_to_string(testdata("packages/behaving/control")).unwrap();
    fs::write(source.join("control"), control.replace("behaving", name)).unwrap();
    fs::write(source.join("postinst"), postinst).unwrap();
    source
}

/// Puts a program and the libraries that it needs into the files of a package.
fn ship(source: &Path, program: &str) {
    let listed = Command::new("ldd").arg(program).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let libraries = listed
        .split_whitespace()
        .filter(|word| word.starts_with('/'));
    for file in libraries.chain([program]) {
        let name = Path::new(file).file_name().unwrap();
        let to = source.join("root/opt").join(name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(file, &to).unwrap();
        fs::set_permissions(&to, Permissions::from_mode(0o755)).unwrap();
    }
}

fn no_maintainer_script_has_the_network() {
    let lab = directory();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    // The shell of the chroot cannot connect; bash can, and comes with the package.
    let postinst = format!(
        "#!/bin/sh\nLD_LIBRARY_PATH=/opt /opt/bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}' || \
         echo refused\n"
    );
    let source = package(lab.path(), "connecting", &postinst);
    ship(&source, "/bin/bash");
    let repository = Repository::with(&lab.path().join("repository"), &[source]);
    let ran = run(twinroot(lab.path()).args([
        "verify",
        SUITE,
        &repository.mirror(),
        "--outside=host",
        "--include=connecting",
        "--json=-",
    ]));
    assert!(matches!(ran.status, Some(0 | 1)), "{ran:?}");
    let error = listener.accept().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}

fn a_script_that_hangs_is_named_when_the_time_is_over() {
    let lab = directory();
    let postinst = "#!/bin/sh\nsleep 1234\n";
    let source = package(lab.path(), "hanging", postinst);
    ship(&source, "/bin/sleep");
    let source_sleep = source.join("root/usr/bin");
    fs::create_dir_all(&source_sleep).unwrap();
    fs::copy("/bin/sleep", source_sleep.join("sleep")).unwrap();
    fs::set_permissions(source_sleep.join("sleep"), Permissions::from_mode(0o755)).unwrap();
    let repository = Repository::with(&lab.path().join("repository"), &[source]);
    let ran = run(twinroot(lab.path()).args([
        "build",
        SUITE,
        &lab.path().join("out.tar").to_string_lossy(),
        &repository.mirror(),
        "--mode=normal",
        "--outside=host",
        "--include=hanging",
        "--timeout=8",
    ]));
    assert_eq!(
        (ran.status, ran.stderr.as_str()),
        (
            Some(2),
            "twinroot: normal: the build has not ended within 8 s; at postinst of hanging: sleep \
             1234\nhint: --timeout SECONDS gives each build more time\n"
        )
    );
    assert!(!lab.path().join("out.tar").exists());
}
