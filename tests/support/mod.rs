//! What the tests share: running twinroot, skipping with a reason, and a tiny archive.

#![allow(
    dead_code,
    unreachable_pub,
    missing_debug_implementations,
    missing_docs,
    reason = "each test file uses its own part"
)]

pub mod broken;
pub mod patched;
pub mod plain;
pub mod repository;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use repository::Repository;

/// The binary under test.
pub const TWINROOT: &str = env!("CARGO_BIN_EXE_twinroot");

/// What a run of twinroot gave.
#[derive(Debug, PartialEq, Eq)]
pub struct Ran {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("twinroot writes UTF-8");
        Self {
            status: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// The cache of all tests on the real archive, kept between runs: only the first fetches.
pub fn archive_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("archive-cache")
}

/// `verify` of the real archive, JSON on standard output.
pub fn verify(arguments: &[&str]) -> Ran {
    run(twinroot(&archive_cache())
        .args(["verify", "--json=-"])
        .args(arguments))
}

/// twinroot with a cache of its own and nothing of the caller's settings.
pub fn twinroot(cache: &Path) -> Command {
    let mut command = Command::new(TWINROOT);
    command
        .env_remove("SOURCE_DATE_EPOCH")
        .env("XDG_CACHE_HOME", cache)
        .stdin(Stdio::null());
    command
}

/// `twinroot verify` of the tiny archive, on this machine as the outside, JSON on standard output.
pub fn verify_tiny(cache: &Path, repository: &Repository, arguments: &[&str]) -> Command {
    let mut command = twinroot(cache);
    command.args([
        "verify",
        repository::SUITE,
        &repository.mirror(),
        "--outside=host",
        "--json=-",
    ]);
    command.args(arguments);
    command
}

/// A report, read as JSON and held against the schema.
pub fn report(ran: &Ran) -> serde_json::Value {
    let report: serde_json::Value = parse(ran);
    let schema = include_str!("../../docs/report.schema.json");
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let errors: Vec<_> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    report
}

fn parse(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("no report: {error}: {ran:?}"))
}

/// Path and kind of each divergent entry.
pub fn divergences(report: &serde_json::Value) -> Vec<(String, String)> {
    rows(&report["divergences"], "kind")
}

/// Path and change of each escape.
pub fn escapes(report: &serde_json::Value) -> Vec<(String, String)> {
    rows(&report["outside"]["escapes"], "change")
}

fn rows(rows: &serde_json::Value, word: &str) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().expect("a string").to_owned();
    rows.as_array()
        .expect("an array")
        .iter()
        .map(|row| (text(&row["path"]), text(&row[word])))
        .collect()
}

pub fn run(command: &mut Command) -> Ran {
    command.output().expect("twinroot starts").into()
}

/// A directory for this test alone, outside `/tmp`, which sandboxes have of their own.
pub fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary directory")
}

/// Whether a test that needs `what` may run; where not, it says so and must return.
///
/// With `TWINROOT_MUST_RUN=1`, which CI sets, a skip is a failure.
pub fn can(what: Need) -> bool {
    let Some(lack) = what.lack() else { return true };
    assert!(
        env::var_os("TWINROOT_MUST_RUN").is_none(),
        "this test must run, but: {lack}"
    );
    println!("skipped: {lack}");
    false
}

/// What a test needs of the machine.
#[derive(Debug, Clone, Copy)]
pub enum Need {
    /// Sandboxes, mmdebstrap, and the superuser (the machine as an outside).
    HostOutside,
    /// Sandboxes, mmdebstrap and the package archive.
    Archive,
    /// A plain user with subordinate ids, named by `TWINROOT_PLAIN_USER`.
    PlainUser,
    /// What Debian's qemu-user-static registers with binfmt_misc by this name.
    Emulator(&'static str),
    /// A kernel that gives a sandbox a list of emulators of its own.
    OwnEmulators,
}

impl Need {
    fn lack(self) -> Option<String> {
        if !succeeds(Command::new(TWINROOT).arg("doctor")) {
            return Some("`twinroot doctor` finds something lacking".to_owned());
        }
        match self {
            Self::HostOutside => (!is_superuser()).then(|| "not the superuser".to_owned()),
            Self::Archive => {
                env::var_os("TWINROOT_OFFLINE").map(|_| "TWINROOT_OFFLINE is set".to_owned())
            }
            Self::PlainUser => plain_user()
                .is_none()
                .then(|| "TWINROOT_PLAIN_USER names nobody".to_owned()),
            Self::Emulator(name) => lack_of_emulator(name),
            Self::OwnEmulators => {
                let kernel = kernel();
                (kernel < (6, 7)).then(|| format!("Linux {kernel:?} is older than 6.7"))
            }
        }
    }
}

fn lack_of_emulator(name: &str) -> Option<String> {
    let path = Path::new("/proc/sys/fs/binfmt_misc").join(name);
    let Ok(text) = fs::read_to_string(&path) else {
        return Some(format!("binfmt_misc has no {name}"));
    };
    let is_fixed = |line: &str| line.starts_with("flags:") && line.contains('F');
    let is_sound = text.starts_with("enabled\n") && text.lines().any(is_fixed);
    (!is_sound).then(|| format!("{name} is disabled, or registered without the flag F"))
}

/// Version and patch level of the running kernel.
fn kernel() -> (u32, u32) {
    let text = fs::read_to_string("/proc/sys/kernel/osrelease").expect("procfs is mounted");
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .map(|word| word.parse().expect("a number"));
    let mut next = || numbers.next().expect("two numbers");
    (next(), next())
}

pub fn plain_user() -> Option<String> {
    env::var("TWINROOT_PLAIN_USER")
        .ok()
        .filter(|_| is_superuser())
}

fn is_superuser() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id runs");
    output.stdout == b"0\n"
}

pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

pub fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name)
}
