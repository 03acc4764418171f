//! Watches a sandbox while it runs: says which maintainer script it is at, and ends it when its
//! time is over.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::unistd::Pid;
use rustix::process::{PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::bootstrap::running::RunningScript;

/// How often is looked. What takes less is not told.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether the sandbox has ended.
#[derive(Debug, Default)]
pub(crate) struct Watchdog {
    is_done: Mutex<bool>,
    ended: Condvar,
}

/// The time of a sandbox was over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Overrun {
    /// What ran then.
    pub(crate) running: Option<RunningScript>,
}

impl Watchdog {
    /// Watches a monitor until [`Watchdog::done`] is called, or ends it when the time is over.
    pub(crate) fn watch(
        &self,
        monitor: Pid,
        longest: Option<Duration>,
        tell: &dyn Fn(&RunningScript),
    ) -> Option<Overrun> {
        let start = Instant::now();
        // A descriptor means this process, whoever has its number later.
        let process = rustix::process::Pid::from_raw(monitor.as_raw())?;
        let descriptor = pidfd_open(process, PidfdFlags::empty()).ok()?;
        let id = u32::try_from(monitor.as_raw()).ok()?;
        loop {
            let left = longest.map(|longest| longest.saturating_sub(start.elapsed()));
            if self.is_done_within(left.map_or(PAUSE, |left| left.min(PAUSE))) {
                return None;
            }
            let running = RunningScript::below(id);
            if longest.is_some_and(|longest| start.elapsed() >= longest) {
                // It may have ended just now.
                pidfd_send_signal(&descriptor, Signal::KILL).ok()?;
                return Some(Overrun { running });
            }
            if let Some(running) = running {
                tell(&running);
            }
        }
    }

    /// The sandbox has ended.
    pub(crate) fn done(&self) {
        *self.is_done.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.ended.notify_all();
    }

    fn is_done_within(&self, pause: Duration) -> bool {
        let is_done = self.is_done.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.ended.wait_timeout_while(is_done, pause, |done| !*done);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
