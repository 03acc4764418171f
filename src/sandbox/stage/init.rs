//! Process 1 of a sandbox: enters the new root, proves that nothing of the machine is writable,
//! runs the command in its own process group, and ends everything when the command ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{Pid, chdir, pivot_root};
use serde::{Deserialize, Serialize};

use crate::sandbox::exit_status::ExitStatus;
use crate::sandbox::mounts::{DEVICES, bind, failed, mount_kind};
use crate::sandbox::plan::{Access, Emulation, Tracing};
use crate::sandbox::protocol::{Channel, FromInit, StageFailure, Warning};
use crate::sandbox::stage::command::{CommandRequest, command, drop_capabilities};
use crate::sandbox::stage::tracee::{Tracee, TraceeFailure};
use crate::sandbox::tracer::{Traced, Tracer};

/// What process 1 must know.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InitRequest {
    /// The new root, in the monitor's mount namespace.
    pub(crate) root: PathBuf,
    /// Whether the sandbox's user 0 is the machine's, which may write below `/proc/sys`.
    pub(crate) protect_proc: bool,
    pub(crate) command: CommandRequest,
    pub(crate) emulation: Emulation,
}

/// Where the kernel shows the emulators it knows.
const EMULATORS: &str = "proc/sys/fs/binfmt_misc";

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
    let warnings = make_proc(&request)?;
    let tracee = match request.command.tracing {
        Tracing::Off => None,
        Tracing::Scripts | Tracing::Everything => Some(Tracee::start()?),
    };
    enter(&request.root)?;
    let mountinfo = fs::read_to_string("/proc/self/mountinfo")
        .map_err(failed("read `/proc/self/mountinfo`"))?;
    if let Some(path) = writable_mount(&mountinfo) {
        return Err(StageFailure {
            step: "prove that the machine is out of reach".to_owned(),
            error: format!("`{path}` is a writable mount"),
        });
    }
    let ended = match tracee {
        None => {
            drop_capabilities(request.command.namespace)?;
            Ended {
                status: run_command(&request.command)?,
                traced: None,
            }
        }
        Some(tracee) => observe_command(&request.command, tracee, tracer)?,
    };
    Ok(FromInit::Ended {
        status: ended.status,
        warnings,
        traced: ended.traced,
    })
}

/// How the command ended, and what was observed of it.
struct Ended {
    status: ExitStatus,
    traced: Option<Traced>,
}

/// Makes a mount namespace and the new root's `/proc`; what could not be done as planned.
fn make_proc(request: &InitRequest) -> Result<Vec<Warning>, StageFailure> {
    unshare(CloneFlags::CLONE_NEWNS).map_err(failed("make a mount namespace"))?;
    let proc = request.root.join("proc");
    mount_kind(
        "proc",
        &proc,
        MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC,
        "",
    )?;
    if request.protect_proc {
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

/// Makes the new root the only one. `pivot_root(".", ".")` stacks the old root on the new one, from
/// where it is detached (pivot_root(2), NOTES). It is the root of the observed process too, which
/// was in the old one.
fn enter(root: &Path) -> Result<(), StageFailure> {
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

/// The first mount through which a build could write to the machine, if any.
///
/// Copy-on-write, memory and kernel file systems are the sandbox's own; device nodes
/// are meant to be written; below `/tmp/` are the outputs that a plan may ask for.
/// Layout of a line: proc_pid_mountinfo(5).
fn writable_mount(mountinfo: &str) -> Option<String> {
    let own = ["overlay", "tmpfs", "proc", "sysfs", "devpts", "binfmt_misc"];
    mountinfo.lines().find_map(|line| {
        let (mount, source) = line.split_once(" - ")?;
        let mut fields = mount.split(' ').skip(4);
        let (target, options) = (fields.next()?, fields.next()?);
        let kind = source.split(' ').next()?;
        let is_safe = options.split(',').any(|option| option == "ro")
            || own.contains(&kind)
            || target.starts_with("/sys/")
            || target.starts_with("/tmp/")
            || target
                .strip_prefix("/dev/")
                .is_some_and(|name| DEVICES.contains(&name));
        (!is_safe).then(|| target.to_owned())
    })
}

fn run_command(request: &CommandRequest) -> Result<ExitStatus, StageFailure> {
    let program = request.command.first().map_or("", String::as_str);
    let child = command(request)?
        .spawn()
        .map_err(failed(format!("start `{program}`")))?;
    let main =
        Pid::from_raw(i32::try_from(child.id()).map_err(failed("know the command's process"))?);
    let ending = wait_for(main).map_err(failed("wait for the command"))?;
    end_all();
    Ok(ending)
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
        },
        Err(why) => Ended {
            status: ExitStatus::Signalled(Signal::SIGKILL as i32),
            traced: Some(Traced::Lost(why)),
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
    fn a_writable_mount_of_the_machine_is_found() {
        let fine = "30 1 0:40 / / rw,noatime - overlay overlay rw\n\
                    31 30 0:41 / /tmp rw,nosuid - tmpfs tmpfs rw\n\
                    32 31 254:0 /x /tmp/twinroot/out rw - ext4 /dev/vda rw\n\
                    33 30 254:0 /y /etc/hosts ro,relatime - ext4 /dev/vda rw\n\
                    34 30 0:5 /null /dev/null rw - devtmpfs devtmpfs rw\n";
        assert_eq!(writable_mount(fine), None);
        let bad = format!("{fine}35 30 254:0 /z /srv rw,relatime - ext4 /dev/vda rw\n");
        assert_eq!(writable_mount(&bad), Some("/srv".to_owned()));
    }
}
