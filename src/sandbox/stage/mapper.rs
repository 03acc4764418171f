//! Writes the id maps of process 1, which has made a user namespace: only a process of the
//! namespace above can (user_namespaces(7)).

use std::fs;
use std::process::{Child, Command, ExitCode};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};

use crate::sandbox::mounts::failed;
use crate::sandbox::protocol::{Channel, StageFailure};
use crate::sandbox::stage_names::MAPPER;

/// A process of the user namespace that process 1 leaves.
pub(crate) struct Mapper {
    child: Child,
    channel: Channel,
}

/// What it is asked for.
#[derive(Debug, Serialize, Deserialize)]
struct MapRequest {
    /// How many ids process 1 gets, from 0 on, unchanged.
    count: u32,
    /// The directory in which process 1 is shown.
    proc: String,
}

impl Mapper {
    /// Starts it, in the user namespace of this process.
    pub(crate) fn start() -> Result<Self, StageFailure> {
        let (channel, stdin) = Channel::pair().map_err(failed("make a socket pair"))?;
        let child = Command::new("/proc/self/exe")
            .arg(MAPPER)
            .env_clear()
            .stdin(stdin)
            .spawn()
            .map_err(failed("start what writes the id maps"))?;
        Ok(Self { child, channel })
    }

    /// Has it write the maps of process 1, which it finds below `proc`, and ends it.
    pub(crate) fn write(mut self, count: u32, proc: String) -> Result<(), StageFailure> {
        let step = "have the id maps written";
        let told = self.channel.send(&MapRequest { count, proc });
        told.map_err(failed(step))?;
        let answer = self.channel.receive::<Result<(), StageFailure>>();
        let answer = answer.map_err(failed(step))?;
        let _ = self.child.wait().map_err(failed(step))?;
        answer.unwrap_or_else(|| {
            Err(StageFailure {
                step: step.to_owned(),
                error: "it ended early".to_owned(),
            })
        })
    }
}

pub(crate) fn run() -> ExitCode {
    let Ok(mut init) = Channel::from_stdin() else {
        return ExitCode::FAILURE;
    };
    let outcome = set_pdeathsig(Signal::SIGKILL)
        .map_err(failed("die with process 1"))
        .and_then(|()| {
            let request = init.receive::<MapRequest>();
            request.map_err(failed("read the request"))
        });
    let answer = match outcome {
        Ok(Some(request)) => write(&request),
        // Process 1 is gone.
        Ok(None) => return ExitCode::FAILURE,
        Err(failure) => Err(failure),
    };
    match init.send(&answer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn write(request: &MapRequest) -> Result<(), StageFailure> {
    let map = format!("0 0 {}\n", request.count);
    ["uid_map", "gid_map"].iter().try_for_each(|file| {
        fs::write(format!("{}/1/{file}", request.proc), &map)
            .map_err(failed("write the id maps of process 1"))
    })
}
