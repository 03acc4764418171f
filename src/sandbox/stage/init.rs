//! Process 1 of a sandbox: enters the new root, proves that nothing of the machine can be written,
//! runs the command in its own process group, and ends everything when the command ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::{set_dumpable, set_pdeathsig};
use nix::sys::signal::{Signal, kill};
use nix::sys::utsname::uname;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{Pid, chdir, pivot_root};
use serde::{Deserialize, Serialize};

use crate::sandbox::exit_status::ExitStatus;
use crate::sandbox::idmap::UserNamespace;
use crate::sandbox::mount_table::{MountTable, changes};
use crate::sandbox::mounts::{bind, failed, mount_kind};
use crate::sandbox::plan::{Access, Emulation, Tracing};
use crate::sandbox::protocol::{Channel, FromInit, Proof, StageFailure, Warning};
use crate::sandbox::seccomp::Told;
use crate::sandbox::stage::command::{CommandRequest, command, drop_capabilities, restrict};
use crate::sandbox::stage::left::left_running;
use crate::sandbox::stage::mapper::Mapper;
use crate::sandbox::stage::proof::prove;
use crate::sandbox::stage::prover::Prover;
use crate::sandbox::stage::tracee::{Tracee, TraceeFailure};
use crate::sandbox::tracer::{Traced, Tracer};

/// What process 1 must know.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InitRequest {
    /// The new root, in the monitor's mount namespace.
    pub(crate) root: PathBuf,
    /// How many ids the sandbox has, if its user 0 is the machine's, which may write below
    /// `/proc/sys`.
    pub(crate) own_ids: Option<u32>,
    pub(crate) command: CommandRequest,
    pub(crate) emulation: Emulation,
}

/// Where the kernel shows the emulators it knows.
const EMULATORS: &str = "proc/sys/fs/binfmt_misc";

/// Largest number of a process of the machine's root in a sandbox: more than processes may be, so that
/// numbers are not used again soon.
const PROCESS_NUMBERS_MAX: u32 = 4096;

/// The parts of `/proc` that change the machine itself; runc's list of read-only paths.
const PROC_OF_THE_MACHINE: [&str; 5] = ["bus", "fs", "irq", "sys", "sysrq-trigger"];

pub(crate) fn run(tracer: &mut dyn Tracer) -> ExitCode {
    let Ok(mut monitor) = Channel::from_stdin() else {
        return ExitCode::FAILURE;
    };
    let message = match enter_and_run(&mut monitor, tracer) {
        Ok(message) => message,
        Err(failure) => FromInit::Failed(failure),
    };
    // Without a monitor there is nobody to tell.
    match monitor.send(&message) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn enter_and_run(monitor: &mut Channel, tracer: &mut dyn Tracer) -> Result<FromInit, StageFailure> {
    set_pdeathsig(Signal::SIGKILL).map_err(failed("die with the monitor"))?;
    let Some(request) = monitor
        .receive::<InitRequest>()
        .map_err(failed("read the request"))?
    else {
        return Err(StageFailure {
            step: "read the request".to_owned(),
            error: "there is none".to_owned(),
        });
    };
    let mut warnings = make_proc(&request)?;
    lock_proc(&request)?;
    let tracee = match request.command.tracing {
        Tracing::Off => None,
        Tracing::Scripts | Tracing::Changes | Tracing::Everything => Some(Tracee::start()?),
    };
    let prover = match request.command.namespace {
        UserNamespace::Own => Some(Prover::start()?),
        UserNamespace::Callers => None,
    };
    enter(&request.root)?;
    set_dumpable(false).map_err(failed("hide the memory of process 1"))?;
    restrict(request.command.rights, Told::Nobody)?;
    let mut table = MountTable::open()?;
    let before = table.read()?;
    let nested = prover.map(Prover::prove).transpose()?;
    let proof = Proof {
        nested: nested.map_or(0, |nested| nested.refused),
        ..prove(request.command.namespace, &before)?
    };
    let ended = match tracee {
        None => {
            drop_capabilities(&request.command)?;
            run_command(&request.command)?
        }
        Some(tracee) => observe_command(&request.command, tracee, tracer)?,
    };
    if !ended.left_running.is_empty() {
        warnings.push(Warning::ProcessesEnded {
            commands: ended.left_running,
        });
    }
    Ok(FromInit::Ended {
        status: ended.status,
        warnings,
        traced: ended.traced,
        proof,
        mounts: changes(&before, &table.read()?),
    })
}

/// How the command ended, and what was observed of it.
struct Ended {
    status: ExitStatus,
    traced: Option<Traced>,
    /// Commands of processes that had not ended then.
    left_running: Vec<Vec<u8>>,
}

/// Makes a mount namespace and the new root's `/proc`; what could not be done as planned.
fn make_proc(request: &InitRequest) -> Result<Vec<Warning>, StageFailure> {
    match request.command.namespace {
        // The parent has made one, with all mounts locked.
        UserNamespace::Own => {}
        UserNamespace::Callers => {
            unshare(CloneFlags::CLONE_NEWNS).map_err(failed("make a mount namespace"))?;
        }
    }
    let proc = request.root.join("proc");
    mount_kind(
        "proc",
        &proc,
        MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC,
        "",
    )?;
    if request.own_ids.is_some() {
        limit_process_numbers(&proc)?;
        for name in PROC_OF_THE_MACHINE {
            let path = proc.join(name);
            if path.exists() {
                bind(&path, &path, Access::ReadOnly)?;
            }
        }
    }
    let warning = match request.emulation {
        Emulation::Machine => None,
        Emulation::None => hide_emulators(&request.root),
    };
    Ok(warning.into_iter().collect())
}

/// Limits the numbers of processes, and with it how many there are: no limit of resources holds for
/// the machine's root. Since Linux 6.14, each pid namespace has a limit of its own; before, there is
/// only the machine's, which is left as it is.
fn limit_process_numbers(proc: &Path) -> Result<(), StageFailure> {
    let release = uname().map_err(failed("know the kernel"))?;
    if !has_own_limit(&release.release().to_string_lossy()) {
        return Ok(());
    }
    let limit = PROCESS_NUMBERS_MAX.to_string();
    fs::write(proc.join("sys/kernel/pid_max"), limit)
        .map_err(failed("limit the numbers of processes"))
}

/// Whether Linux of this release has limits of pid namespaces.
fn has_own_limit(release: &str) -> bool {
    let mut numbers = release.split(['.', '-']).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= (6, 14),
        _ => false,
    }
}

/// If user 0 is the machine's, it enters one more user namespace, in which what is read-only of
/// `/proc` is locked, too. The kernel mounts no further `/proc` there, because that would reveal
/// what is covered (`mount_too_revealing`).
fn lock_proc(request: &InitRequest) -> Result<(), StageFailure> {
    let (UserNamespace::Own, Some(count)) = (request.command.namespace, request.own_ids) else {
        return Ok(());
    };
    let mapper = Mapper::start()?;
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS)
        .map_err(failed("lock the mounts of `/proc`"))?;
    let proc = request.root.join("proc");
    mapper.write(count, proc.to_string_lossy().into_owned())?;
    set_pdeathsig(Signal::SIGKILL).map_err(failed("die with the monitor"))
}

/// Makes the new root the only one. `pivot_root(".", ".")` stacks the old root on the new one, from
/// where it is detached (pivot_root(2), NOTES). It is the root of the observed process too, which
/// was in the old one.
///
/// A locked mount cannot become the root, and a bind of it can: its flags and the mounts below it
/// stay locked.
fn enter(root: &Path) -> Result<(), StageFailure> {
    let whole = MsFlags::MS_BIND | MsFlags::MS_REC;
    mount(Some(root), root, None::<&str>, whole, None::<&str>).map_err(failed("bind the root"))?;
    chdir(root).map_err(failed("enter the root"))?;
    pivot_root(".", ".").map_err(failed("change the root"))?;
    umount2(".", MntFlags::MNT_DETACH).map_err(failed("leave the machine's root"))?;
    chdir("/").map_err(failed("enter the root"))
}

/// Gives the user namespace a list of emulators of its own, which is empty (Linux 6.7,
/// binfmt_misc in user namespaces). Older kernels refuse the mount.
fn hide_emulators(root: &Path) -> Option<Warning> {
    let target = root.join(EMULATORS);
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    let failure = mount_kind("binfmt_misc", &target, flags, "").err()?;
    Some(Warning::EmulatorsStay {
        error: failure.error,
    })
}

fn run_command(request: &CommandRequest) -> Result<Ended, StageFailure> {
    let program = request.command.first().map_or("", String::as_str);
    let child = command(request)?
        .spawn()
        .map_err(failed(format!("start `{program}`")))?;
    let main =
        Pid::from_raw(i32::try_from(child.id()).map_err(failed("know the command's process"))?);
    let status = wait_for(main).map_err(failed("wait for the command"))?;
    let left_running = left_running();
    end_all();
    Ok(Ended {
        status,
        traced: None,
        left_running,
    })
}

/// Has the waiting process become the command, and observes it to its end. An observer that
/// cannot go on ends the command.
fn observe_command(
    request: &CommandRequest,
    mut tracee: Tracee,
    tracer: &mut dyn Tracer,
) -> Result<Ended, StageFailure> {
    let process = tracee.process()?;
    let followed = match tracer.attach(process, request.tracing) {
        Ok(()) => {
            tracee.become_command(request)?;
            tracer.follow(process)
        }
        Err(why) => Err(why),
    };
    let left_running = left_running();
    end_all();
    let followed = match tracee.failure() {
        None => followed,
        Some(TraceeFailure::Unobservable(why)) => Err(why),
        Some(TraceeFailure::Failed(failure)) => return Err(failure),
    };
    Ok(match followed {
        Ok(status) => Ended {
            status,
            traced: Some(Traced::Log(tracer.log())),
            left_running,
        },
        Err(why) => Ended {
            status: ExitStatus::Signalled(Signal::SIGKILL as i32),
            traced: Some(Traced::Lost(why)),
            left_running: vec![],
        },
    })
}

/// Waits for the command, and reaps whatever else process 1 inherits.
fn wait_for(main: Pid) -> Result<ExitStatus, Errno> {
    loop {
        match waitpid(None::<Pid>, None) {
            Ok(WaitStatus::Exited(pid, status)) if pid == main => {
                return Ok(ExitStatus::Exited(status));
            }
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid == main => {
                return Ok(ExitStatus::Signalled(signal as i32));
            }
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Ends what the command left running (daemons), so that no pipe stays open.
fn end_all() {
    // ESRCH: nothing was left. ECHILD: everything is reaped.
    let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
    while waitpid(None::<Pid>, None).is_ok() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kernels_with_limits_of_namespaces_are_told_one() {
        let new = ["6.14.0", "6.18.44-fc-v669", "7.0-rc1"];
        assert!(new.into_iter().all(has_own_limit));
        let old = ["6.13.9", "6.1.0-41-amd64", "5.10.0", ""];
        assert!(!old.into_iter().any(has_own_limit));
    }
}
