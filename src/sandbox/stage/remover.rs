//! Removes what a sandbox left in a directory on disk. It belongs to ids of the sandbox, so that
//! only the root of a user namespace with these ids can.

use std::fs;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use nix::fcntl::{OFlag, open};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};
use serde::{Deserialize, Serialize};

use crate::sandbox::mounts::failed;
use crate::sandbox::protocol::{Channel, StageFailure};

/// What the remover is told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToRemover {
    /// The directory to empty; the first message.
    Empty(PathBuf),
    /// The id maps are written.
    Mapped,
}

/// What the remover says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromRemover {
    /// The user namespace is there; write the id maps now.
    Unshared,
    /// The directory is empty.
    Done,
    /// It is not.
    Failed(StageFailure),
}

pub(crate) fn run() -> ExitCode {
    let Ok(mut launcher) = Channel::from_stdin() else {
        return ExitCode::FAILURE;
    };
    let answer = match empty_asked(&mut launcher) {
        Ok(()) => FromRemover::Done,
        Err(failure) => FromRemover::Failed(failure),
    };
    match launcher.send(&answer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn empty_asked(launcher: &mut Channel) -> Result<(), StageFailure> {
    let step = "learn what to remove";
    let Some(ToRemover::Empty(directory)) = launcher.receive().map_err(failed(step))? else {
        return Err(nothing_said(step));
    };
    // With the user's own ids: others may not be able to pass the way to it.
    let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let opened = open(&directory, flags, Mode::empty())
        .map_err(failed(format!("open `{}`", directory.to_string_lossy())))?;
    unshare(CloneFlags::CLONE_NEWUSER).map_err(failed("make a user namespace"))?;
    let told = launcher.send(&FromRemover::Unshared);
    told.map_err(failed("ask for the id maps"))?;
    let step = "wait for the id maps";
    let Some(ToRemover::Mapped) = launcher.receive().map_err(failed(step))? else {
        return Err(nothing_said(step));
    };
    let zero = (Uid::from_raw(0), Gid::from_raw(0));
    setgroups(&[]).map_err(failed("drop the groups"))?;
    setresgid(zero.1, zero.1, zero.1).map_err(failed("take group 0"))?;
    setresuid(zero.0, zero.0, zero.0).map_err(failed("take user 0"))?;
    set_pdeathsig(Signal::SIGKILL).map_err(failed("die with the launcher"))?;
    let inside = PathBuf::from(format!("/proc/self/fd/{}", opened.as_raw_fd()));
    empty(&inside).map_err(failed(format!("empty `{}`", directory.to_string_lossy())))
}

fn nothing_said(step: &str) -> StageFailure {
    StageFailure {
        step: step.to_owned(),
        error: "nothing was said".to_owned(),
    }
}

fn empty(directory: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
