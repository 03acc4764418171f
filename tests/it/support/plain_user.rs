//! A plain user who runs twinroot: with a copy of it, a cache and a directory of their own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::needs::plain_user;
use crate::support::run::{Ran, TWINROOT, run};

pub(crate) struct Plain {
    user: String,
    lab: tempfile::TempDir,
}

impl Plain {
    /// The user that `TWINROOT_PLAIN_USER` names; the test has [`Need::PlainUser`](crate::support::needs::Need).
    pub(crate) fn new() -> Self {
        let user = plain_user().expect("it was asked for");
        // Where the tests are kept need not be open to others, and sandboxes have a /tmp of their own.
        let lab = tempfile::tempdir_in("/var/tmp").expect("a directory");
        let mode = PermissionsExt::from_mode(0o777);
        fs::set_permissions(lab.path(), mode).expect("a mode is set");
        fs::copy(TWINROOT, lab.path().join("twinroot")).expect("twinroot is copied");
        Self { user, lab }
    }

    /// A path in the user's directory, where `twinroot` is too.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.lab.path().join(name)
    }

    /// Runs twinroot as the user.
    pub(crate) fn twinroot(&self, arguments: &[&str]) -> Ran {
        run(self.command().args(arguments))
    }

    /// The user's number.
    pub(crate) fn id(&self) -> u32 {
        let output = Command::new("id").args(["-u", &self.user]).output();
        let number = String::from_utf8(output.expect("id runs").stdout).expect("a number");
        number.trim().parse().expect("a number")
    }

    /// twinroot as the user.
    pub(crate) fn command(&self) -> Command {
        let lab: &Path = self.lab.path();
        let mut command = Command::new("runuser");
        command
            .args(["-u", &self.user, "--", "env"])
            .arg(format!("XDG_CACHE_HOME={}/cache", lab.to_string_lossy()))
            .arg(lab.join("twinroot"))
            .env_remove("SOURCE_DATE_EPOCH")
            .current_dir(lab);
        command
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        // Trees of the user's cache belong to ids of the user's own, which the superuser removes.
        let _ = fs::remove_dir_all(self.lab.path());
    }
}
