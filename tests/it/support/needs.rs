//! What tests need of the machine, each looked for once.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::support::run::{TWINROOT, succeeds};

/// What a test needs of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// Namespaces, overlayfs, mmdebstrap and all else that `twinroot doctor` looks for.
    Sandboxes,
    /// The tests run as root.
    Root,
    /// The package archive, over the network.
    Archive,
    /// A plain user with subordinate ids, named by `TWINROOT_PLAIN_USER`.
    PlainUser,
    /// The emulator that qemu-user-static registers with binfmt_misc by this name.
    Emulator(&'static str),
    /// A kernel that gives a sandbox a list of emulators of its own.
    OwnEmulators,
    /// Debian's Python.
    Python,
    /// The program dpkg, which knows this machine's architecture.
    Dpkg,
    /// Debian's diffoscope, which renders the JSON that it writes.
    Diffoscope,
    /// This machine is Debian 12.
    Debian12,
}

/// Whether a test with an unmet need fails; CI sets the variable.
pub(crate) fn must_run() -> bool {
    env::var_os("TWINROOT_MUST_RUN").is_some()
}

/// The user that `TWINROOT_PLAIN_USER` names; only root can become one.
pub(crate) fn plain_user() -> Option<String> {
    let named = env::var("TWINROOT_PLAIN_USER").ok();
    named.filter(|_| Need::Root.missing().is_none())
}

impl Need {
    /// Why this machine does not meet the need; `None` if it does.
    pub(crate) fn missing(self) -> Option<String> {
        static ANSWERS: LazyLock<Mutex<BTreeMap<Need, Option<String>>>> =
            LazyLock::new(Mutex::default);
        let known = || ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known().get(&self) {
            return answer.clone();
        }
        // The lock is free meanwhile: one need may ask for another.
        let answer = self.look();
        known().entry(self).or_insert(answer).clone()
    }

    fn look(self) -> Option<String> {
        match self {
            Self::Sandboxes => {
                let doctor = succeeds(Command::new(TWINROOT).arg("doctor"));
                (!doctor).then(|| "needs what `twinroot doctor` says is missing".to_owned())
            }
            Self::Root => (!is_root()).then(|| "needs root".to_owned()),
            Self::Archive => env::var_os("TWINROOT_OFFLINE")
                .map(|_| "needs the package archive, and TWINROOT_OFFLINE is set".to_owned()),
            Self::PlainUser => {
                let missing = plain_user().is_none();
                missing.then(|| "needs root, and a user's name in TWINROOT_PLAIN_USER".to_owned())
            }
            Self::Emulator(name) => missing_emulator(name),
            Self::OwnEmulators => {
                let (version, patch_level) = kernel();
                ((version, patch_level) < (6, 7))
                    .then(|| format!("needs Linux 6.7, and this is {version}.{patch_level}"))
            }
            Self::Dpkg => {
                let runs = succeeds(Command::new("dpkg").arg("--version"));
                (!runs).then(|| "needs dpkg".to_owned())
            }
            Self::Diffoscope => {
                let runs = succeeds(Command::new("diffoscope").arg("--version"));
                (!runs).then(|| "needs diffoscope".to_owned())
            }
            Self::Python => {
                let is_there = Path::new("/usr/bin/python3").exists();
                (!is_there).then(|| "needs /usr/bin/python3".to_owned())
            }
            Self::Debian12 => {
                let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
                (!release.contains("bookworm")).then(|| "needs Debian 12".to_owned())
            }
        }
    }
}

fn missing_emulator(name: &str) -> Option<String> {
    let path = Path::new("/proc/sys/fs/binfmt_misc").join(name);
    let Ok(text) = fs::read_to_string(&path) else {
        return Some(format!("needs {name} in binfmt_misc"));
    };
    let is_fixed = |line: &str| line.starts_with("flags:") && line.contains('F');
    let is_sound = text.starts_with("enabled\n") && text.lines().any(is_fixed);
    (!is_sound).then(|| format!("needs {name} to be enabled, and registered with the flag F"))
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

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id runs");
    output.stdout == b"0\n"
}
