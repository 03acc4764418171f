//! The proof once more, from one more user and mount namespace: a child of process 1, started before
//! the root is changed, so that this program need not be able to run on the outside system.
//!
//! A build may make such namespaces, in which it has all capabilities again.

use std::process::{Child, Command, ExitCode};

use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};

use crate::sandbox::idmap::UserNamespace;
use crate::sandbox::mount_table::MountTable;
use crate::sandbox::mounts::failed;
use crate::sandbox::protocol::{Channel, Proof, StageFailure};
use crate::sandbox::stage::proof::prove;
use crate::sandbox::stage_names::PROVER;

/// A process that waits until process 1 is in the place of the build.
pub(crate) struct Prover {
    child: Child,
    channel: Channel,
}

/// What it says when it has loaded its libraries, which it must have before the root changes.
#[derive(Debug, Serialize, Deserialize)]
struct Ready;

/// What process 1 says when the root has changed.
#[derive(Debug, Serialize, Deserialize)]
struct Entered;

impl Prover {
    /// Starts it and waits until it is ready.
    pub(crate) fn start() -> Result<Self, StageFailure> {
        let (mut channel, stdin) = Channel::pair().map_err(failed("make a socket pair"))?;
        let child = Command::new("/proc/self/exe")
            .arg(PROVER)
            .env_clear()
            .stdin(stdin)
            .spawn()
            .map_err(failed("start the process that proves"))?;
        let ready = channel.receive::<Ready>();
        let ready = ready.map_err(failed("listen to the process that proves"))?;
        let started = ready.map(|Ready| Self { child, channel });
        started.ok_or_else(ended_early)
    }

    /// Has it prove that the machine is out of reach.
    ///
    /// # Errors
    /// The machine can be reached.
    pub(crate) fn prove(mut self) -> Result<Proof, StageFailure> {
        let told = self.channel.send(&Entered);
        told.map_err(failed("tell the process that proves to begin"))?;
        let proved = self.channel.receive::<Result<Proof, StageFailure>>();
        let proved = proved.map_err(failed("listen to the process that proves"))?;
        let _ = self.child.wait();
        proved.unwrap_or_else(|| Err(ended_early()))
    }
}

fn ended_early() -> StageFailure {
    StageFailure {
        step: "prove from another namespace that the machine is out of reach".to_owned(),
        error: "the process ended early".to_owned(),
    }
}

/// Proves when process 1 says so.
pub(crate) fn run() -> ExitCode {
    let Ok(mut init) = Channel::from_stdin() else {
        return ExitCode::FAILURE;
    };
    let begun = set_pdeathsig(Signal::SIGKILL).is_ok() && init.send(&Ready).is_ok();
    let Ok(Some(Entered)) = init.receive() else {
        return ExitCode::FAILURE;
    };
    match init.send(&proved()) {
        Ok(()) if begun => ExitCode::SUCCESS,
        // Without process 1 there is nobody to tell.
        _ => ExitCode::FAILURE,
    }
}

fn proved() -> Result<Proof, StageFailure> {
    let flags = CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS;
    if unshare(flags).is_err() {
        // What process 1 may not make, no build can: its rights are fewer.
        return Ok(Proof {
            mounts: 0,
            refused: 1,
            nested: 0,
        });
    }
    let mounts = MountTable::open()?.read()?;
    prove(UserNamespace::Own, &mounts)
}
