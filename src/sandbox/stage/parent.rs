//! The parent of process 1: makes the namespaces that the build owns, and waits for process 1, its
//! first child (pid_namespaces(7)).
//!
//! The build's user namespace is one more than the monitor's. All mounts that the monitor has made
//! come from a more privileged namespace then, and the kernel locks them: what is read-only stays
//! read-only, and nothing of it can be unmounted or moved (mount_namespaces(7), "Restrictions on
//! mount namespaces").

use std::process::{Command, ExitCode};

use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

use crate::sandbox::idmap::UserNamespace;
use crate::sandbox::mounts::failed;
use crate::sandbox::plan::Network;
use crate::sandbox::protocol::{Channel, FromInit, FromParent, StageFailure, ToParent};
use crate::sandbox::stage::inherited;
use crate::sandbox::stage_names;

/// Process 1 inherits standard input, and with it the conversation with the monitor.
pub(crate) fn run() -> ExitCode {
    let Ok(mut monitor) = Channel::from_stdin() else {
        return ExitCode::FAILURE;
    };
    if let Err(failure) = enter_namespaces(&mut monitor) {
        // Without a monitor there is nobody to tell.
        let _ = monitor.send(&FromParent::Failed(failure));
        return ExitCode::FAILURE;
    }
    match start_and_wait() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = monitor.send(&FromInit::Failed(failure));
            ExitCode::FAILURE
        }
    }
}

fn enter_namespaces(monitor: &mut Channel) -> Result<(), StageFailure> {
    let asked = monitor.receive().map_err(failed("read what to make"))?;
    let Some(ToParent::Make { namespace, network }) = asked else {
        return Err(nothing_said("read what to make"));
    };
    unshare(namespaces(namespace, network)).map_err(failed("make the build's namespaces"))?;
    let told = monitor.send(&FromParent::Unshared);
    told.map_err(failed("ask for the build's id maps"))?;
    let step = "wait for the build's id maps";
    match monitor.receive().map_err(failed(step))? {
        Some(ToParent::Mapped) => {}
        Some(ToParent::Make { .. }) | None => return Err(nothing_said(step)),
    }
    inherited::reset_signals()?;
    // The kernel forgets it when a process gets other rights.
    set_pdeathsig(Signal::SIGKILL).map_err(failed("die with the monitor"))?;
    // Only now may the monitor say something to process 1: this process has read all of its own.
    let told = monitor.send(&FromParent::Entered);
    told.map_err(failed("say that the namespaces are there"))
}

fn nothing_said(step: &str) -> StageFailure {
    StageFailure {
        step: step.to_owned(),
        error: "nothing was said".to_owned(),
    }
}

/// The network namespace belongs to the build's own user namespace, without which no sysfs can be
/// mounted (`sysfs_init_fs_context`), as mmdebstrap does. Names of the host and System V IPC stay
/// those of the monitor's: the build cannot change what it does not own.
fn namespaces(namespace: UserNamespace, network: Network) -> CloneFlags {
    let own = match namespace {
        UserNamespace::Callers => return CloneFlags::CLONE_NEWPID,
        UserNamespace::Own => {
            CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWPID
        }
    };
    match network {
        Network::None => own | CloneFlags::CLONE_NEWNET,
        Network::Machine => own,
    }
}

fn start_and_wait() -> Result<(), StageFailure> {
    let mut init = Command::new("/proc/self/exe")
        .arg(stage_names::INIT)
        .spawn()
        .map_err(failed("start process 1 of the sandbox"))?;
    init.wait()
        .map(|_| ())
        .map_err(failed("wait for process 1"))
}
