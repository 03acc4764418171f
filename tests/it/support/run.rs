//! Running twinroot.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::repository::{self, Repository};

/// The binary under test.
pub(crate) const TWINROOT: &str = env!("CARGO_BIN_EXE_twinroot");

/// Its commands with a help of their own.
pub(crate) const COMMANDS: [&str; 7] = [
    "verify",
    "build",
    "compare",
    "render",
    "diffoscope",
    "audit",
    "doctor",
];

/// What a run of twinroot gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
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
pub(crate) fn archive_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("archive-cache")
}

/// `verify` of the real archive, JSON on standard output.
pub(crate) fn verify(arguments: &[&str]) -> Ran {
    run(twinroot(&archive_cache())
        .args(["verify", "--json=-"])
        .args(arguments))
}

/// twinroot with a cache of its own and nothing of the caller's settings.
pub(crate) fn twinroot(cache: &Path) -> Command {
    let mut command = Command::new(TWINROOT);
    command
        .env_remove("SOURCE_DATE_EPOCH")
        .env("XDG_CACHE_HOME", cache)
        .stdin(Stdio::null());
    command
}

/// `twinroot verify` of the tiny archive, on this machine as the outside, JSON on standard output.
pub(crate) fn verify_tiny(cache: &Path, repository: &Repository, arguments: &[&str]) -> Command {
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

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ran {
    command.output().expect("twinroot starts").into()
}

/// A directory for this test alone, outside `/tmp`, which sandboxes have of their own.
pub(crate) fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary directory")
}

/// Runs a command, and says whether it ended with status 0.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// A file or directory of `testdata`.
pub(crate) fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name)
}
