//! Why a traced process stopped, read from what wait4(2) says of it (ptrace(2), "Stopped states").
//!
//! `nix` cannot be asked: it fails for real-time signals, and the stop is lost then.

use nix::errno::Errno;
use nix::libc;
use nix::unistd::Pid;
use rustix::process::{WaitOptions, wait};

use crate::sandbox::ExitStatus;

/// A process that stopped or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stopped {
    pub(crate) process: Pid,
    pub(crate) why: Stop,
}

/// Why it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It ended.
    Ended(ExitStatus),
    /// It is at a call that the filter stops at.
    Filtered,
    /// It is at the beginning or the end of a call.
    Call,
    /// It has executed another program.
    Executed,
    /// It has started a process or thread.
    Forked,
    /// It is traced from now on.
    Attached,
    /// A signal has stopped all its threads, until `SIGCONT`.
    Suspended,
    /// It is about to be given this signal.
    Signal(i32),
    /// Nothing of interest.
    Other,
}

/// Every child and every traced process, whatever started it (`__WALL`, wait4(2)).
const ALL: u32 = 0x4000_0000;

/// Waits for the next stop; `None` if nothing has stopped and `patience` is none.
///
/// # Errors
/// `ECHILD`: no process is left.
pub(crate) fn next(patience: Patience) -> Result<Option<Stopped>, Errno> {
    let options = match patience {
        Patience::Endless => WaitOptions::from_bits_retain(ALL),
        Patience::None => WaitOptions::from_bits_retain(ALL) | WaitOptions::NOHANG,
    };
    loop {
        match wait(options) {
            Ok(None) => return Ok(None),
            Ok(Some((process, status))) => {
                return Ok(Some(Stopped {
                    process: Pid::from_raw(process.as_raw_nonzero().get()),
                    why: why(status.as_raw()),
                }));
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(Errno::from_raw(error.raw_os_error())),
        }
    }
}

/// How long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Until something stops.
    Endless,
    /// Not at all.
    None,
}

/// Layout of the status: wait4(2); of the event in its upper half: ptrace(2).
fn why(status: i32) -> Stop {
    if libc::WIFEXITED(status) {
        return Stop::Ended(ExitStatus::Exited(libc::WEXITSTATUS(status)));
    }
    if libc::WIFSIGNALED(status) {
        return Stop::Ended(ExitStatus::Signalled(libc::WTERMSIG(status)));
    }
    let signal = libc::WSTOPSIG(status);
    match status >> 16 {
        libc::PTRACE_EVENT_SECCOMP => Stop::Filtered,
        libc::PTRACE_EVENT_EXEC => Stop::Executed,
        libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE => {
            Stop::Forked
        }
        libc::PTRACE_EVENT_STOP if signal == libc::SIGTRAP => Stop::Attached,
        libc::PTRACE_EVENT_STOP => Stop::Suspended,
        // PTRACE_O_TRACESYSGOOD.
        0 if signal == libc::SIGTRAP | 0x80 => Stop::Call,
        0 => Stop::Signal(signal),
        _ => Stop::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_why_a_process_stopped() {
        let stopped = |signal: i32, event: i32| why(0x7f | signal << 8 | event << 16);
        assert_eq!(why(3 << 8), Stop::Ended(ExitStatus::Exited(3)));
        assert_eq!(why(9), Stop::Ended(ExitStatus::Signalled(9)));
        assert_eq!(
            stopped(libc::SIGTRAP, libc::PTRACE_EVENT_SECCOMP),
            Stop::Filtered
        );
        assert_eq!(
            stopped(libc::SIGTRAP, libc::PTRACE_EVENT_EXEC),
            Stop::Executed
        );
        assert_eq!(
            stopped(libc::SIGTRAP, libc::PTRACE_EVENT_VFORK),
            Stop::Forked
        );
        assert_eq!(
            stopped(libc::SIGTRAP, libc::PTRACE_EVENT_STOP),
            Stop::Attached
        );
        assert_eq!(
            stopped(libc::SIGSTOP, libc::PTRACE_EVENT_STOP),
            Stop::Suspended
        );
        assert_eq!(stopped(libc::SIGTRAP | 0x80, 0), Stop::Call);
        assert_eq!(stopped(libc::SIGTERM, 0), Stop::Signal(libc::SIGTERM));
        // Real-time signals have no name.
        assert_eq!(stopped(33, 0), Stop::Signal(33));
    }
}
