//! The process that becomes an observed command: a child of process 1, started before the root is
//! changed, so that this program need not be able to run on the outside system.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitCode};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use crate::sandbox::mounts::failed;
use crate::sandbox::protocol::{Channel, StageFailure};
use crate::sandbox::seccomp::Told;
use crate::sandbox::stage::command::{CommandRequest, command, drop_capabilities, restrict};
use crate::sandbox::stage_names::TRACEE;
use crate::sandbox::tracer::Tracer;

/// A process that waits for its command.
pub(crate) struct Tracee {
    child: Child,
    channel: Channel,
}

/// Why a process did not become its command.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum TraceeFailure {
    /// It cannot be observed; without that it can be run.
    Unobservable(String),
    /// It cannot be run.
    Failed(StageFailure),
}

impl From<StageFailure> for TraceeFailure {
    fn from(failure: StageFailure) -> Self {
        Self::Failed(failure)
    }
}

/// What it says when it has loaded its libraries, which it must have before the root changes.
#[derive(Debug, Serialize, Deserialize)]
struct Ready;

impl Tracee {
    /// Starts it and waits until it is ready.
    pub(crate) fn start() -> Result<Self, StageFailure> {
        let (mut channel, stdin) = Channel::pair().map_err(failed("make a socket pair"))?;
        let child = Command::new("/proc/self/exe")
            .arg(TRACEE)
            .env_clear()
            .stdin(stdin)
            .spawn()
            .map_err(failed("start the process to be observed"))?;
        let ready = channel.receive::<Ready>();
        let ready = ready.map_err(failed("listen to the process to be observed"))?;
        ready
            .map(|Ready| Self { child, channel })
            .ok_or_else(|| StageFailure {
                step: "start the process to be observed".to_owned(),
                error: "it ended early".to_owned(),
            })
    }

    pub(crate) fn process(&self) -> Result<Pid, StageFailure> {
        let id = i32::try_from(self.child.id()).map_err(failed("know the command's process"))?;
        Ok(Pid::from_raw(id))
    }

    /// Has it become the command.
    pub(crate) fn become_command(&mut self, request: &CommandRequest) -> Result<(), StageFailure> {
        let told = self.channel.send(request);
        told.map_err(failed("tell the observed process its command"))
    }

    /// Why it could not, after its end.
    pub(crate) fn failure(&mut self) -> Option<TraceeFailure> {
        self.channel.receive().ok().flatten()
    }
}

/// Becomes the command that process 1 names.
pub(crate) fn run(tracer: &dyn Tracer) -> ExitCode {
    let Ok(mut init) = Channel::from_stdin() else {
        return ExitCode::FAILURE;
    };
    if let Some(failure) = become_asked(&mut init, tracer) {
        // Without process 1 there is nobody to tell.
        let _ = init.send(&failure);
    }
    ExitCode::FAILURE
}

/// Returns only if it fails; nothing if process 1 is gone.
fn become_asked(init: &mut Channel, tracer: &dyn Tracer) -> Option<TraceeFailure> {
    let request = match begin(init) {
        Ok(request) => request?,
        Err(failure) => return Some(failure.into()),
    };
    if let Err(error) = tracer.restrict(request.tracing) {
        return Some(TraceeFailure::Unobservable(error));
    }
    let failure = match command(&request) {
        Ok(mut command) => {
            let program = request.command.first().map_or("", String::as_str);
            failed(format!("start `{program}`"))(command.exec())
        }
        Err(failure) => failure,
    };
    Some(failure.into())
}

/// Waits for the command; `None` if process 1 is gone.
fn begin(init: &mut Channel) -> Result<Option<CommandRequest>, StageFailure> {
    set_pdeathsig(Signal::SIGKILL).map_err(failed("die with process 1"))?;
    init.send(&Ready).map_err(failed("say that it is ready"))?;
    let request = init.receive::<CommandRequest>();
    let request = request.map_err(failed("read the command"))?;
    if let Some(request) = &request {
        drop_capabilities(request)?;
        restrict(request.rights, Told::Observer)?;
    }
    Ok(request)
}
