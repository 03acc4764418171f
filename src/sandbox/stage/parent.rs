//! The parent of process 1: makes the pid namespace, which its first child is process 1 of
//! (pid_namespaces(7)), and waits for that child.

use std::process::{Command, ExitCode};

use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

use crate::sandbox::mounts::failed;
use crate::sandbox::protocol::{Channel, FromInit, StageFailure};
use crate::sandbox::stage_names;

/// Process 1 inherits standard input, and with it the conversation with the monitor.
pub(crate) fn run() -> ExitCode {
    let Err(failure) = start_and_wait() else {
        return ExitCode::SUCCESS;
    };
    let told =
        Channel::from_stdin().and_then(|mut monitor| monitor.send(&FromInit::Failed(failure)));
    // Without a monitor there is nobody to tell.
    drop(told);
    ExitCode::FAILURE
}

fn start_and_wait() -> Result<(), StageFailure> {
    set_pdeathsig(Signal::SIGKILL).map_err(failed("die with the monitor"))?;
    unshare(CloneFlags::CLONE_NEWPID).map_err(failed("make the pid namespace"))?;
    let mut init = Command::new("/proc/self/exe")
        .arg(stage_names::INIT)
        .spawn()
        .map_err(failed("start process 1 of the sandbox"))?;
    init.wait()
        .map(|_| ())
        .map_err(failed("wait for process 1"))
}
