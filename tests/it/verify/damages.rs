//! Damages of the cache: each is named, and the run makes good what it needs.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::harness::Test;
use crate::support::repository::{Repository, SUITE};
use crate::support::run::{Ran, TWINROOT, directory, run, succeeds, twinroot};

pub(crate) const TESTS: &[Test] = &[
    test!(every_damage_of_an_entry_is_named, needs: [Sandboxes, Root]),
    test!(a_damaged_entry_is_made_again_by_the_run_that_needs_it, needs: [Sandboxes, Root]),
    test!(what_does_no_harm_to_an_entry_is_nothing_to_speak_of, needs: [Sandboxes, Root]),
    test!(a_warm_cache_that_cannot_be_written_is_used, needs: [Sandboxes, Root]),
    test!(the_doctor_names_the_command_that_has_an_entry_made_again, needs: [Sandboxes, Root]),
    test!(a_wrong_suite_leaves_no_lock_file, needs: [Sandboxes, Root]),
    test!(an_outside_that_was_altered_is_named_and_made_again, needs: [Sandboxes, Root, Archive]),
];

/// What is said of an entry that is damaged.
const AGAIN: &str = "; it is made again";

/// If it is set, every damage is mended by a run of its own, and not each [`STEP`]th.
const VARIABLE: &str = "TWINROOT_DAMAGES";

/// How many damages CI has named for each that it has mended, which takes a build.
const STEP: usize = 9;

/// What is done to an entry, and what is said of it.
struct Damage {
    entry: Entry,
    act: fn(&Path),
    said: &'static str,
}

#[derive(Clone, Copy)]
enum Entry {
    /// The frozen archive.
    Frozen,
    /// The repository that was made of a directory of packages.
    Repository,
}

impl Entry {
    /// Where it is in a cache.
    fn path(self, cache: &Path) -> PathBuf {
        match self {
            Self::Frozen => entry(cache, "states"),
            Self::Repository => entry(cache, "repositories"),
        }
    }
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

fn replace_by_fifo(path: &Path) {
    fs::remove_file(path).unwrap();
    assert!(succeeds(Command::new("mkfifo").arg(path)));
}

/// One byte more at the end.
fn grow(path: &Path) {
    let length = fs::metadata(path).unwrap().len();
    truncate(path, length + 1);
}

fn seal(entry: &Path) -> PathBuf {
    entry.join("seal")
}

fn state(entry: &Path) -> PathBuf {
    entry.join("state.json")
}

const fn frozen(act: fn(&Path), said: &'static str) -> Damage {
    Damage {
        entry: Entry::Frozen,
        act,
        said,
    }
}

const fn repository(act: fn(&Path), said: &'static str) -> Damage {
    Damage {
        entry: Entry::Repository,
        act,
        said,
    }
}

const SEAL: &str = "the list of its files is missing or damaged";

/// In an entry.
#[rustfmt::skip]
const DAMAGES: &[Damage] = &[
    // Packages.
    frozen(|e| truncate(&deb(e), 10), "`pool/behaving_1.0_all.deb` has another size"),
    frozen(|e| truncate(&deb(e), 0), "`pool/behaving_1.0_all.deb` has another size"),
    frozen(|e| fs::remove_file(deb(e)).unwrap(), "`pool/behaving_1.0_all.deb` is missing"),
    frozen(|e| flip(&deb(e)), "`pool/behaving_1.0_all.deb` has other content"),
    frozen(|e| replace_by_link(&deb(e)), "`pool/behaving_1.0_all.deb` has another type"),
    frozen(|e| replace_by_directory(&deb(e)), "`pool/behaving_1.0_all.deb` has another type"),
    frozen(|e| fs::write(e.join("pool/more.deb"), "x").unwrap(), "`pool/more.deb` was added"),
    frozen(|e| { fs::rename(deb(e), e.join("pool/x.deb")).unwrap(); }, "`pool/behaving_1.0_all.deb` is missing"),
    frozen(|e| { fs::copy(one(e, "pool", ".deb"), e.join("pool/y\u{1b}.deb")).unwrap(); }, "`pool/y\\x1b.deb` was added"),
    frozen(|e| fs::remove_dir_all(e.join("pool")).unwrap(), "`pool` is missing"),
    frozen(|e| replace_by_file(&e.join("pool")), "`pool/"),
    frozen(|e| grow(&deb(e)), "`pool/behaving_1.0_all.deb` has another size"),
    frozen(|e| replace_by_fifo(&deb(e)), "`pool/behaving_1.0_all.deb` has another type"),
    frozen(|e| fs::create_dir(e.join("pool/partial")).unwrap(), "`pool/partial` was added"),
    // Indices.
    frozen(|e| truncate(&index(e), 5), "_Packages` has another size"),
    frozen(|e| flip(&index(e)), "_Packages` has other content"),
    frozen(|e| fs::remove_file(index(e)).unwrap(), "_Packages` is missing"),
    frozen(|e| truncate(&release(e), 5), "Release` has another size"),
    frozen(|e| flip(&release(e)), "Release` has other content"),
    frozen(|e| fs::remove_dir_all(e.join("lists")).unwrap(), "`lists` is missing"),
    frozen(|e| fs::write(e.join("lists/x_Packages"), "Package: x\n").unwrap(), "`lists/x_Packages` was added"),
    frozen(|e| replace_by_link(&index(e)), "_Packages` has another type"),
    frozen(|e| grow(&release(e)), "Release` has another size"),
    frozen(|e| replace_by_file(&e.join("lists")), "`lists/"),
    // The description and the list of files.
    frozen(|e| replace_by_link(&state(e)), "`state.json` has another type"),
    frozen(|e| grow(&state(e)), "`state.json` has another size"),
    frozen(|e| replace_by_directory(&seal(e)), SEAL),
    frozen(|e| fs::write(e.join("unknown"), "x").unwrap(), "`unknown` was added"),
    frozen(|e| truncate(&state(e), 10), "`state.json` has another size"),
    frozen(|e| flip(&state(e)), "`state.json` has other content"),
    frozen(|e| fs::remove_file(state(e)).unwrap(), "`state.json` is missing"),
    frozen(|e| fs::remove_file(seal(e)).unwrap(), SEAL),
    frozen(|e| truncate(&seal(e), 0), SEAL),
    frozen(|e| truncate(&seal(e), 100), SEAL),
    frozen(|e| flip(&seal(e)), SEAL),
    frozen(|e| replace_by_link(&seal(e)), SEAL),
    frozen(|e| { fs::remove_dir_all(e).unwrap(); fs::create_dir(e).unwrap(); }, SEAL),
    // The repository.
    repository(|e| flip(&deb(e)), "has other content"),
    repository(|e| truncate(&deb(e), 7), "has another size"),
    repository(|e| fs::set_permissions(deb(e), Permissions::from_mode(0o600)).unwrap(), "has another mode"),
    repository(|e| chown(deb(e), Some(1234), None).unwrap(), "has another owner"),
    repository(|e| fs::remove_dir_all(e.join("dists")).unwrap(), "is missing"),
    repository(|e| fs::remove_file(seal(e)).unwrap(), SEAL),
    repository(|e| fs::remove_file(deb(e)).unwrap(), "is missing"),
    repository(|e| replace_by_link(&deb(e)), "has another type"),
    repository(|e| fs::write(e.join("pool/more.deb"), "x").unwrap(), "was added"),
    repository(|e| flip(&seal(e)), SEAL),
];

/// Something else stands in an entry's place.
#[rustfmt::skip]
const REPLACED: &[Damage] = &[
    frozen(replace_by_file, SEAL),
    frozen(|e| { fs::remove_dir_all(e).unwrap(); symlink("/nowhere", e).unwrap(); }, SEAL),
    repository(replace_by_file, SEAL),
];

/// In an outside system, one after the other: each is named before those above.
#[rustfmt::skip]
const OUTSIDE: &[Damage] = &[
    frozen(|root| flip(&root.join("usr/bin/mmdebstrap")), "`root/usr/bin/mmdebstrap` has other content"),
    frozen(|root| chown(root.join("usr"), Some(0), Some(0)).unwrap(), "`root/usr` has another owner"),
    frozen(|root| fs::write(root.join("etc/new"), "").unwrap(), "`root/etc/new` was added"),
    frozen(|root| fs::remove_file(root.join("etc/debian_version")).unwrap(), "`root/etc/debian_version` is missing"),
];

/// What does no harm to an entry, or is not part of one.
const HARMLESS: &[fn(&Path)] = &[
    |frozen| chown(deb(frozen), Some(1234), Some(1234)).unwrap(),
    |frozen| fs::set_permissions(frozen.join("pool"), Permissions::from_mode(0o700)).unwrap(),
    |frozen| fs::remove_file(frozen.with_extension("lock")).unwrap(),
    |frozen| fs::create_dir(frozen.with_extension("partial")).unwrap(),
    |frozen| fs::write(frozen.with_file_name("killed.partial"), "x").unwrap(),
    |frozen| fs::write(frozen.with_file_name("nosuch-essential-0.lock"), "").unwrap(),
    |frozen| fs::write(frozen.with_file_name("../subordinate-ids"), "x").unwrap(),
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

/// What the doctor says of all entries.
fn doctor(cache: &Path) -> String {
    let ran = run(twinroot(cache).args(["doctor", "--cache"]));
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    ran.stdout
}

fn every_damage_of_an_entry_is_named() {
    assert!(DAMAGES.len() + REPLACED.len() >= 45);
    let lab = Lab::warm();
    let sound = doctor(&lab.cache());
    assert_eq!(sound.matches("ok  ").count(), 2, "{sound}");
    for (number, Damage { entry, act, said }) in DAMAGES.iter().enumerate() {
        let cache = lab.cache();
        let damaged = entry.path(&cache);
        act(&damaged);
        let text = doctor(&cache);
        let place = format!(" {}: ", damaged.to_string_lossy());
        let is_named =
            |line: &str| line.starts_with("weak ") && line.contains(&place) && line.contains(said);
        assert!(text.lines().any(is_named), "{number}: {said}: {text}");
        assert_eq!(text.matches("weak ").count(), 1, "{number}: {text}");
    }
}

/// Has one build meet a damage, and the doctor find nothing afterwards.
fn is_mended(lab: &Lab, cache: &Path, Damage { entry, act, said }: &Damage) {
    let damaged = entry.path(cache);
    act(&damaged);
    let ran = build(lab.path(), cache);
    assert_eq!(ran.status, Some(0), "{said}: {ran:?}");
    let start = format!("warning: {} is damaged: ", damaged.to_string_lossy());
    let is_said =
        |line: &str| line.starts_with(&start) && line.contains(said) && line.ends_with(AGAIN);
    assert!(ran.stderr.lines().all(is_said), "{said}: {ran:?}");
    assert_eq!(ran.stderr.lines().count(), 1, "{said}: {ran:?}");
    assert!(lab.out == fs::read(lab.path().join("out.tar")).unwrap());
    let text = doctor(cache);
    assert_eq!(text.matches("ok  ").count(), 2, "{said}: {text}");
    assert_eq!(text.lines().count(), 2, "{said}: {text}");
}

fn a_damaged_entry_is_made_again_by_the_run_that_needs_it() {
    let lab = Lab::warm();
    let cache = lab.cache();
    let step = std::env::var_os(VARIABLE).map_or(STEP, |_| 1);
    for damage in DAMAGES.iter().step_by(step).chain(REPLACED) {
        is_mended(&lab, &cache, damage);
    }
}

fn what_does_no_harm_to_an_entry_is_nothing_to_speak_of() {
    let lab = Lab::warm();
    let cache = lab.cache();
    let entry = Entry::Frozen.path(&cache);
    let made = |entry: &Path| fs::metadata(state(entry)).unwrap().modified().unwrap();
    let before = made(&entry);
    for act in HARMLESS {
        act(&entry);
    }
    let said = || {
        let ran = build(lab.path(), &cache);
        (ran.status, ran.stderr)
    };
    assert_eq!(said(), (Some(0), String::new()));
    assert_eq!(made(&entry), before, "it was made again");
    let left: Vec<_> = fs::read_dir(cache.join("twinroot/states"))
        .unwrap()
        .map(|left| left.unwrap().path())
        .filter(|path| *path != entry && *path != entry.with_extension("lock"))
        .collect();
    assert_eq!(left, Vec::<PathBuf>::new());
    fs::remove_dir_all(&entry).unwrap();
    assert_eq!(said(), (Some(0), String::new()));
    assert!(lab.out == fs::read(lab.path().join("out.tar")).unwrap());
}

/// Runs a build with a cache on a file system that cannot be written.
fn read_only(lab: &Lab, more: &[&str]) -> Ran {
    let script = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && \
                  XDG_CACHE_HOME=$0 exec \"$@\"";
    let arguments = ["build", SUITE, "out.tar", "./debs", "--mode=normal"];
    run(Command::new("unshare")
        .args(["--mount", "sh", "-c", script])
        .arg(lab.path().join("warm"))
        .arg(TWINROOT)
        .args(arguments)
        .arg("--outside=host")
        .args(more)
        .current_dir(lab.path()))
}

fn a_warm_cache_that_cannot_be_written_is_used() {
    let lab = Lab::warm();
    let same = ["--include=behaving", "--source-date-epoch=1760000000"];
    let ran = read_only(&lab, &same);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    assert!(lab.out == fs::read(lab.path().join("out.tar")).unwrap());
    let other = read_only(&lab, &[]);
    assert_eq!(other.status, Some(2));
    let hint = "hint: set XDG_CACHE_HOME to a directory that can be written\n";
    assert!(other.stderr.starts_with("twinroot: cache "), "{other:?}");
    assert!(other.stderr.ends_with(hint), "{other:?}");
}

fn the_doctor_names_the_command_that_has_an_entry_made_again() {
    let lab = Lab::warm();
    let cache = lab.cache();
    let frozen = Entry::Frozen.path(&cache);
    let sound = format!(
        "ok     frozen archive       {}\nok     repository           {}\n",
        frozen.to_string_lossy(),
        Entry::Repository.path(&cache).to_string_lossy()
    );
    assert_eq!(doctor(&cache), sound);
    flip(&deb(&frozen));
    let expected = format!(
        "weak   frozen archive       {0}: `pool/behaving_1.0_all.deb` has other content\n\
         \x20                           fix: rm {0}/seal; the next run that needs it makes it \
         again\n",
        frozen.to_string_lossy(),
    );
    let said = doctor(&cache);
    assert!(said.starts_with(&expected), "{said}");
    fs::remove_file(seal(&frozen)).unwrap();
    assert_eq!(build(lab.path(), &cache).status, Some(0));
    assert_eq!(doctor(&cache), sound);
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

fn an_outside_that_was_altered_is_named_and_made_again() {
    let lab = directory();
    let build = || {
        let arguments = ["build", "trixie", "-", "--mode=chrootless", "--quiet"];
        let output = twinroot(lab.path()).args(arguments).output().unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), words, output.stdout)
    };
    let (status, words, tarball) = build();
    assert_eq!((status, words.as_str()), (Some(0), ""));
    let outside = entry(lab.path(), "states").join("outsides/matching");
    let place = outside.to_string_lossy();
    let mut last = "";
    for Damage { act, said, .. } in OUTSIDE {
        act(&outside.join("root"));
        let line = format!("weak   outside              {place}: {said}\n");
        let text = doctor(lab.path());
        assert!(text.contains(&line), "{said}: {text}");
        last = said;
    }
    let (status, words, again) = build();
    let expected = format!("warning: {place} is damaged: {last}{AGAIN}\n");
    assert_eq!((status, words), (Some(0), expected));
    assert!(again == tarball);
    assert_eq!(doctor(lab.path()).matches("weak").count(), 0);
}
