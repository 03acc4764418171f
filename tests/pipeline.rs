//! The whole pipeline on a tiny archive, offline.

mod support;

use std::fs;

use support::repository::{Repository, SUITE};
use support::{Need, can, directory, run, twinroot};

#[test]
fn tiny() {
    if !can(Need::HostOutside) {
        return;
    }
    let lab = directory();
    let repository = Repository::make(&lab.path().join("repository"));
    let out = lab.path().join("out.tar");
    let ran = run(twinroot(lab.path())
        .args(["build", SUITE])
        .arg(&out)
        .arg(repository.mirror())
        .args(["--mode=chrootless", "--outside=host", "--include=behaving"]));
    println!("{ran:?}");
    println!("{}", fs::metadata(out).unwrap().len());
}
