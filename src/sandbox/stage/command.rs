//! The command of a sandbox, and what it may not do.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::thread::CapabilitySet;
use serde::{Deserialize, Serialize};

use crate::sandbox::idmap::UserNamespace;
use crate::sandbox::mounts::failed;
use crate::sandbox::plan::{Rights, Tracing};
use crate::sandbox::protocol::StageFailure;
use crate::sandbox::seccomp::{Told, refuse_calls};

/// What is run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CommandRequest {
    /// Program and arguments.
    pub(crate) command: Vec<String>,
    /// The whole environment.
    pub(crate) environment: Vec<(String, String)>,
    /// Where it starts; `/` if that is no directory.
    pub(crate) directory: PathBuf,
    /// Whose user 0 it is.
    pub(crate) namespace: UserNamespace,
    /// Whether it is observed.
    pub(crate) tracing: Tracing,
    /// What it may ask the kernel for.
    pub(crate) rights: Rights,
}

/// The command, ready to be started in a process group of its own: mmdebstrap sends SIGHUP to its
/// whole group when its output fails.
pub(crate) fn command(request: &CommandRequest) -> Result<Command, StageFailure> {
    let Some((program, arguments)) = request.command.split_first() else {
        return Err(StageFailure {
            step: "run the command".to_owned(),
            error: "it is empty".to_owned(),
        });
    };
    let variables = request.environment.iter();
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(variables.map(|(name, value)| (name, value)))
        .current_dir(if request.directory.is_dir() {
            &request.directory
        } else {
            Path::new("/")
        })
        .stdin(Stdio::null())
        .process_group(0);
    Ok(command)
}

/// What root without a user namespace could do to the machine beyond files and mounts:
/// its devices, modules, clock, network and reboot (capabilities(7)).
const BEYOND_FILES: [CapabilitySet; 9] = [
    CapabilitySet::MKNOD,
    CapabilitySet::SYS_MODULE,
    CapabilitySet::SYS_RAWIO,
    CapabilitySet::SYS_BOOT,
    CapabilitySet::SYS_TIME,
    CapabilitySet::SYSLOG,
    CapabilitySet::NET_ADMIN,
    CapabilitySet::AUDIT_CONTROL,
    CapabilitySet::BPF,
];

/// What would let a build reach process 1, which has them: its memory, descriptors and files by
/// ptrace(2), pidfd_getfd(2) and `/proc/1`, and its end by reboot(2).
const BEYOND_THE_BUILD: [CapabilitySet; 2] = [CapabilitySet::SYS_PTRACE, CapabilitySet::SYS_BOOT];

/// Takes them out of the bounding set: no program gets them then, whoever runs it. The root of a
/// user namespace of its own never had those beyond files, and no mount of the machine is within
/// its reach. Without such a namespace, a command that need not mount cannot.
pub(crate) fn drop_capabilities(request: &CommandRequest) -> Result<(), StageFailure> {
    let beyond_files: &[CapabilitySet] = match request.namespace {
        UserNamespace::Own => &[],
        UserNamespace::Callers => &BEYOND_FILES,
    };
    let mounting: &[CapabilitySet] = match (request.namespace, request.rights) {
        (UserNamespace::Callers, Rights::Scripts) => &[CapabilitySet::SYS_ADMIN],
        (UserNamespace::Own, _) | (_, Rights::Mounting | Rights::SetUserId) => &[],
    };
    let mut given_up = BEYOND_THE_BUILD.iter().chain(beyond_files).chain(mounting);
    given_up.try_for_each(|capability| {
        rustix::thread::remove_capability_from_bounding_set(*capability)
            .map_err(failed("give up capabilities"))
    })
}

/// Refuses the calls that no maintainer script needs, to this process and all that it starts.
pub(crate) fn restrict(rights: Rights, told: Told) -> Result<(), StageFailure> {
    match rights {
        Rights::Scripts | Rights::Mounting => refuse_calls(told),
        Rights::SetUserId => Ok(()),
    }
}
