//! Damages of the cache: each is named, and the run makes good what it needs.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::harness::Test;
use crate::support::repository::{Repository, SUITE};
use crate::support::run::{Ran, directory, run, succeeds, twinroot};

pub(crate) const TESTS: &[Test] = &[
    test!(every_damage_of_the_cache_is_named_and_made_good_by_the_run, needs: [Sandboxes, Root]),
    test!(a_warm_cache_that_cannot_be_written_is_used, needs: [Sandboxes, Root]),
    test!(the_doctor_reads_the_whole_cache, needs: [Sandboxes, Root]),
    test!(a_wrong_suite_leaves_no_lock_file, needs: [Sandboxes, Root]),
    test!(an_outside_that_was_altered_is_made_again, needs: [Sandboxes, Root, Archive]),
];

/// What is said of an entry that is damaged.
const AGAIN: &str = "; it is made again";

/// A row of the table: the entry that is damaged, what is done to it, and what is said of it.
struct Damage {
    entry: Entry,
    act: fn(&Path),
    said: Said,
}

#[derive(Clone, Copy)]
enum Entry {
    /// The frozen archive.
    Frozen,
    /// The repository that was made of a directory of packages.
    Repository,
    /// The directory that the cache is in.
    Cache,
}

enum Said {
    /// A warning about the entry.
    Warning(&'static str),
    /// Nothing: the entry is not there, or what happened does no harm.
    Nothing,
}

/// The file of an entry whose name ends so.
fn one(entry: &Path, directory: &str, ending: &str) -> PathBuf {
    let mut files: Vec<_> = fs::read_dir(entry.join(directory))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    files.swap_remove(0)
}

fn deb(entry: &Path) -> PathBuf {
    one(entry, "pool", "behaving_1.0_all.deb")
}

fn index(entry: &Path) -> PathBuf {
    one(entry, "lists", "_Packages")
}

fn release(entry: &Path) -> PathBuf {
    one(entry, "lists", "Release")
}

fn truncate(path: &Path, length: u64) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_len(length).unwrap();
}

/// Another first byte; size and time stay.
fn flip(path: &Path) {
    let time = fs::metadata(path).unwrap().modified().unwrap();
    let mut bytes = fs::read(path).unwrap();
    bytes[0] ^= 1;
    fs::write(path, bytes).unwrap();
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

fn replace_by_link(path: &Path) {
    fs::remove_file(path).unwrap();
    symlink("/etc/hostname", path).unwrap();
}

fn replace_by_directory(path: &Path) {
    fs::remove_file(path).unwrap();
    fs::create_dir(path).unwrap();
}

fn replace_by_file(path: &Path) {
    fs::remove_dir_all(path).unwrap();
    fs::write(path, "x").unwrap();
}

fn seal(entry: &Path) -> PathBuf {
    entry.join("seal")
}

fn state(entry: &Path) -> PathBuf {
    entry.join("state.json")
}

const fn row(entry: Entry, act: fn(&Path), said: &'static str) -> Damage {
    Damage {
        entry,
        act,
        said: Said::Warning(said),
    }
}

const fn silent(entry: Entry, act: fn(&Path)) -> Damage {
    Damage {
        entry,
        act,
        said: Said::Nothing,
    }
}

const SEAL: &str = "the list of its files is missing or damaged";
const DEB: &str = "`pool/behaving_1.0_all.deb`";

#[rustfmt::skip]
const DAMAGES: &[Damage] = &[
    // Packages.
    row(Entry::Frozen, |e| truncate(&deb(e), 10), "`pool/behaving_1.0_all.deb` has another size"),
    row(Entry::Frozen, |e| truncate(&deb(e), 0), "`pool/behaving_1.0_all.deb` has another size"),
    row(Entry::Frozen, |e| fs::remove_file(deb(e)).unwrap(), "`pool/behaving_1.0_all.deb` is missing"),
    row(Entry::Frozen, |e| flip(&deb(e)), "`pool/behaving_1.0_all.deb` has other content"),
    row(Entry::Frozen, |e| replace_by_link(&deb(e)), "`pool/behaving_1.0_all.deb` has another type"),
    row(Entry::Frozen, |e| replace_by_directory(&deb(e)), "`pool/behaving_1.0_all.deb` has another type"),
    row(Entry::Frozen, |e| fs::write(e.join("pool/more.deb"), "x").unwrap(), "`pool/more.deb` was added"),
    row(Entry::Frozen, |e| { fs::rename(deb(e), e.join("pool/x.deb")).unwrap(); }, "`pool/behaving_1.0_all.deb` is missing"),
    row(Entry::Frozen, |e| { fs::copy(one(e, "pool", ".deb"), e.join("pool/y\u{1b}.deb")).unwrap(); }, "`pool/y\\x1b.deb` was added"),
    row(Entry::Frozen, |e| fs::remove_dir_all(e.join("pool")).unwrap(), "`pool` is missing"),
    row(Entry::Frozen, |e| replace_by_file(&e.join("pool")), "`pool/"),
    // Indices.
    row(Entry::Frozen, |e| truncate(&index(e), 5), "_Packages` has another size"),
    row(Entry::Frozen, |e| flip(&index(e)), "_Packages` has other content"),
    row(Entry::Frozen, |e| fs::remove_file(index(e)).unwrap(), "_Packages` is missing"),
    row(Entry::Frozen, |e| truncate(&release(e), 5), "Release` has another size"),
    row(Entry::Frozen, |e| flip(&release(e)), "Release` has other content"),
    row(Entry::Frozen, |e| fs::remove_dir_all(e.join("lists")).unwrap(), "`lists` is missing"),
    row(Entry::Frozen, |e| fs::write(e.join("lists/x_Packages"), "Package: x\n").unwrap(), "`lists/x_Packages` was added"),
    // The description and the list of files.
    row(Entry::Frozen, |e| truncate(&state(e), 10), "`state.json` has another size"),
    row(Entry::Frozen, |e| flip(&state(e)), "`state.json` has other content"),
    row(Entry::Frozen, |e| fs::remove_file(state(e)).unwrap(), "`state.json` is missing"),
    row(Entry::Frozen, |e| fs::remove_file(seal(e)).unwrap(), SEAL),
    row(Entry::Frozen, |e| truncate(&seal(e), 0), SEAL),
    row(Entry::Frozen, |e| truncate(&seal(e), 100), SEAL),
    row(Entry::Frozen, |e| flip(&seal(e)), SEAL),
    row(Entry::Frozen, |e| replace_by_link(&seal(e)), SEAL),
    // The whole entry.
    row(Entry::Frozen, replace_by_file, SEAL),
    row(Entry::Frozen, |e| { fs::remove_dir_all(e).unwrap(); symlink("/nowhere", e).unwrap(); }, SEAL),
    row(Entry::Frozen, |e| { fs::remove_dir_all(e).unwrap(); fs::create_dir(e).unwrap(); }, SEAL),
    silent(Entry::Frozen, |e| fs::remove_dir_all(e).unwrap()),
    silent(Entry::Frozen, |e| chown(deb(e), Some(1234), Some(1234)).unwrap()),
    silent(Entry::Frozen, |e| fs::set_permissions(e.join("pool"), Permissions::from_mode(0o700)).unwrap()),
    silent(Entry::Frozen, |e| fs::remove_file(e.with_extension("lock")).unwrap()),
    silent(Entry::Frozen, |e| fs::create_dir(e.with_extension("partial")).unwrap()),
    silent(Entry::Frozen, |e| fs::write(e.with_extension("partial"), "x").unwrap()),
    // The repository.
    row(Entry::Repository, |e| flip(&deb(e)), "has other content"),
    row(Entry::Repository, |e| truncate(&deb(e), 7), "has another size"),
    row(Entry::Repository, |e| fs::set_permissions(deb(e), Permissions::from_mode(0o600)).unwrap(), "has another mode"),
    row(Entry::Repository, |e| chown(deb(e), Some(1234), None).unwrap(), "has another owner"),
    row(Entry::Repository, |e| fs::remove_dir_all(e.join("dists")).unwrap(), "is missing"),
    row(Entry::Repository, |e| fs::remove_file(seal(e)).unwrap(), SEAL),
    // What is left of others.
    silent(Entry::Cache, |c| fs::write(c.join("states/nosuch-essential-0.lock"), "").unwrap()),
    silent(Entry::Cache, |c| fs::write(c.join("subordinate-ids"), "x").unwrap()),
];

/// A cache, and the packages that it was filled from.
struct Lab {
    directory: tempfile::TempDir,
    out: Vec<u8>,
}

impl Lab {
    fn warm() -> Self {
        let directory = directory();
        let path = directory.path();
        Repository::make(&path.join("repository"));
        fs::rename(path.join("repository/pool"), path.join("debs")).unwrap();
        let ran = build(path, &path.join("warm"));
        assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
        let out = fs::read(path.join("out.tar")).unwrap();
        Self { directory, out }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn cache(&self) -> PathBuf {
        let cache = self.path().join("cache");
        let _ = fs::remove_dir_all(&cache);
        let copied = succeeds(
            Command::new("cp")
                .arg("-aT")
                .args([&self.path().join("warm"), &cache]),
        );
        assert!(copied);
        cache
    }
}

/// One build in a cache; the tarball is `out.tar`.
fn build(lab: &Path, cache: &Path) -> Ran {
    run(twinroot(cache).current_dir(lab).args([
        "build",
        SUITE,
        "out.tar",
        "./debs",
        "--mode=normal",
        "--outside=host",
        "--include=behaving",
        "--source-date-epoch=1760000000",
    ]))
}

fn entry(cache: &Path, directory: &str) -> PathBuf {
    let entries = fs::read_dir(cache.join("twinroot").join(directory)).unwrap();
    let mut found: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.swap_remove(0)
}

fn every_damage_of_the_cache_is_named_and_made_good_by_the_run() {
    assert!(DAMAGES.len() >= 40);
    let lab = Lab::warm();
    for (number, damage) in DAMAGES.iter().enumerate() {
        let cache = lab.cache();
        let damaged = match damage.entry {
            Entry::Frozen => entry(&cache, "states"),
            Entry::Repository => entry(&cache, "repositories"),
            Entry::Cache => cache.join("twinroot"),
        };
        (damage.act)(&damaged);
        let ran = build(lab.path(), &cache);
        assert_eq!(ran.status, Some(0), "{number}: {ran:?}");
        match damage.said {
            Said::Warning(said) => {
                let start = format!("warning: {} is damaged: ", damaged.to_string_lossy());
                let is_said = ran.stderr.lines().any(|line| {
                    line.starts_with(&start) && line.contains(said) && line.ends_with(AGAIN)
                });
                assert!(is_said, "{number}: {said}: {ran:?}");
            }
            Said::Nothing => assert_eq!(ran.stderr, "", "{number}"),
        }
        assert!(lab.out == fs::read(lab.path().join("out.tar")).unwrap());
        let again = build(lab.path(), &cache);
        assert_eq!(
            (again.status, again.stderr.as_str()),
            (Some(0), ""),
            "{number}"
        );
    }
    assert!(DEB.contains("behaving"));
}

fn a_warm_cache_that_cannot_be_written_is_used() {
    let lab = Lab::warm();
    let warm = lab.path().join("warm");
    let script = format!(
        "mount --bind {warm} {warm} && mount -o remount,bind,ro {warm} && XDG_CACHE_HOME={warm} \
         exec \"$@\"",
        warm = warm.to_string_lossy()
    );
    let ran = run(Command::new("unshare")
        .args([
            "--mount",
            "sh",
            "-c",
            &script,
            "sh",
            crate::support::run::TWINROOT,
        ])
        .current_dir(lab.path())
        .args([
            "build",
            SUITE,
            "out.tar",
            "./debs",
            "--mode=normal",
            "--outside=host",
        ])
        .args(["--include=behaving", "--source-date-epoch=1760000000"]));
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    assert!(lab.out == fs::read(lab.path().join("out.tar")).unwrap());
    let script = script.replace("remount,bind,ro", "remount,bind,ro");
    let other = run(Command::new("unshare")
        .args([
            "--mount",
            "sh",
            "-c",
            &script,
            "sh",
            crate::support::run::TWINROOT,
        ])
        .current_dir(lab.path())
        .args([
            "build",
            SUITE,
            "out.tar",
            "./debs",
            "--mode=normal",
            "--outside=host",
        ]));
    assert_eq!(other.status, Some(2));
    let hint = "hint: set XDG_CACHE_HOME to a directory that can be written\n";
    assert!(other.stderr.starts_with("twinroot: cache "), "{other:?}");
    assert!(other.stderr.ends_with(hint), "{other:?}");
}

fn the_doctor_reads_the_whole_cache() {
    let lab = Lab::warm();
    let cache = lab.cache();
    let doctor = || run(twinroot(&cache).args(["doctor", "--cache"]));
    let (frozen, repository) = (entry(&cache, "states"), entry(&cache, "repositories"));
    let sound = format!(
        "ok     frozen archive       {}\nok     repository           {}\n",
        frozen.to_string_lossy(),
        repository.to_string_lossy()
    );
    assert_eq!((doctor().status, doctor().stdout), (Some(0), sound));
    flip(&deb(&frozen));
    let expected = format!(
        "weak   frozen archive       {0}: `pool/behaving_1.0_all.deb` has other content\n\
         \x20                           fix: rm {0}/seal; the next run that needs it makes it \
         again\n",
        frozen.to_string_lossy(),
    );
    let said = doctor().stdout;
    assert!(said.starts_with(&expected), "{said}");
    fs::remove_file(seal(&frozen)).unwrap();
    assert_eq!(build(lab.path(), &cache).status, Some(0));
    assert!(doctor().stdout.starts_with("ok     frozen archive"));
}

fn a_wrong_suite_leaves_no_lock_file() {
    let lab = directory();
    let ran = run(twinroot(lab.path()).args([
        "verify",
        "nosuch",
        "deb [trusted=yes] copy:/nowhere nosuch main",
    ]));
    assert_eq!(ran.status, Some(2));
    let left: Vec<_> = fs::read_dir(lab.path().join("twinroot/states"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

fn an_outside_that_was_altered_is_made_again() {
    let lab = directory();
    let verify = |arguments: &[&str]| {
        run(twinroot(lab.path())
            .args(["verify", "trixie", "--quiet"])
            .args(arguments))
    };
    let first = verify(&[]);
    assert_eq!((first.status, first.stderr.as_str()), (Some(0), ""));
    let outside = entry(lab.path(), "states").join("outsides/matching");
    let rows: [(fn(&Path), &str); 4] = [
        (
            |root| flip(&root.join("usr/bin/mmdebstrap")),
            "`root/usr/bin/mmdebstrap` has other content",
        ),
        (
            |root| fs::write(root.join("etc/new"), "").unwrap(),
            "`root/etc/new` was added",
        ),
        (
            |root| fs::remove_file(root.join("etc/debian_version")).unwrap(),
            "`root/etc/debian_version` is missing",
        ),
        (
            |root| chown(root.join("usr"), Some(0), Some(0)).unwrap(),
            "`root/usr` has another owner",
        ),
    ];
    for (act, said) in rows {
        act(&outside.join("root"));
        let ran = verify(&[]);
        let expected = format!(
            "warning: {} is damaged: {said}{AGAIN}\n",
            outside.to_string_lossy()
        );
        assert_eq!((ran.status, ran.stderr), (Some(0), expected));
    }
}
