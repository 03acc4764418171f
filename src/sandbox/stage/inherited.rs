//! What a build would inherit from whoever started twinroot, and what it gets instead.

use std::fs;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use nix::libc::rlim_t;
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit, setrlimit};

use crate::sandbox::mounts::failed;
use crate::sandbox::protocol::StageFailure;

/// Standard input, output and error.
const STANDARD: RawFd = 2;

/// Soft limits that are set, as Debian has them by default: getrlimit(2), in its units. A hard
/// limit stays, because only root could raise it.
const LIMITS: [(Resource, rlim_t); 9] = [
    (Resource::RLIMIT_AS, RLIM_INFINITY),
    (Resource::RLIMIT_CORE, 0),
    (Resource::RLIMIT_CPU, RLIM_INFINITY),
    (Resource::RLIMIT_DATA, RLIM_INFINITY),
    (Resource::RLIMIT_FSIZE, RLIM_INFINITY),
    (Resource::RLIMIT_MEMLOCK, 8 << 20),
    // Programs that close every descriptor up to the limit take less time.
    (Resource::RLIMIT_NOFILE, 1024),
    // Of the user's own namespace; that of the sandbox has another one.
    (Resource::RLIMIT_NPROC, RLIM_INFINITY),
    (Resource::RLIMIT_STACK, 8 << 20),
];

/// Signals whose handlers a program cannot set, or not safely (signal-hook, `FORBIDDEN`).
const WITHOUT_HANDLER: [i32; 5] = [
    nix::libc::SIGKILL,
    nix::libc::SIGSTOP,
    nix::libc::SIGILL,
    nix::libc::SIGFPE,
    nix::libc::SIGSEGV,
];

/// Closes every descriptor but the three of standard input, output and error. The first thing that
/// a stage does: nothing of its own is open yet.
///
/// # Errors
/// There is no `/proc`.
pub(crate) fn close_descriptors() -> Result<(), StageFailure> {
    let directory = "/proc/self/fd";
    let entries = fs::read_dir(directory).map_err(failed("list open descriptors"))?;
    let descriptors: Vec<RawFd> = entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    for descriptor in descriptors {
        if descriptor > STANDARD {
            // EBADF: that of the list itself, which is closed already.
            let _ = nix::unistd::close(descriptor);
        }
    }
    Ok(())
}

/// Sets the soft limits of all resources.
///
/// # Errors
/// The kernel refuses one.
pub(crate) fn set_limits() -> Result<(), StageFailure> {
    LIMITS.into_iter().try_for_each(|(resource, soft)| {
        let step = || format!("set {resource:?}");
        let (_, hard) = getrlimit(resource).map_err(failed(step()))?;
        setrlimit(resource, soft.min(hard), hard).map_err(failed(step()))
    })
}

/// Most processes and threads of a sandbox at the same time. Builds of Debian have some tens; this
/// many empty shells take some hundred MiB of memory.
pub(crate) const PROCESSES_MAX: rlim_t = 1024;

/// Limits the number of processes and threads of the sandbox, for good. It counts those of all
/// users of the user namespace that this process is in, and of those below (getrlimit(2),
/// `RLIMIT_NPROC`; Linux 5.14, `inc_rlimit_ucounts`; before that, those of each user). The machine's
/// root is exempt.
///
/// # Errors
/// The kernel refuses it.
pub(crate) fn limit_processes() -> Result<(), StageFailure> {
    let resource = Resource::RLIMIT_NPROC;
    let step = "limit the number of processes";
    let (_, hard) = getrlimit(resource).map_err(failed(step))?;
    let limit = PROCESSES_MAX.min(hard);
    setrlimit(resource, limit, limit).map_err(failed(step))
}

/// Has every signal do in programs that this process starts what it does by default. What is
/// ignored stays ignored in a new program, and what has a handler does not (signal(7), execve(2)).
///
/// # Errors
/// The kernel refuses a handler.
pub(crate) fn reset_signals() -> Result<(), StageFailure> {
    let taken = Arc::new(AtomicBool::new(false));
    let last = nix::libc::SIGRTMAX();
    let ordinary = 1..=nix::libc::SIGSYS;
    for signal in ordinary.chain(nix::libc::SIGRTMIN()..=last) {
        if !WITHOUT_HANDLER.contains(&signal) {
            let _ = signal_hook::flag::register(signal, Arc::clone(&taken))
                .map_err(failed(format!("handle signal {signal}")))?;
        }
    }
    Ok(())
}
