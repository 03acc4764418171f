//! Watches a sandbox while it runs: says which maintainer script it is at, and ends it when its
//! time is over, or when it writes too much.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::unistd::Pid;
use rustix::process::{PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::bootstrap::running::RunningScript;

/// How often is looked. What takes less is not told.
const PAUSE: Duration = Duration::from_secs(1);

/// How the sandbox is.
#[derive(Debug, Default)]
pub(crate) struct Watchdog {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Runs,
    HasEnded,
    WritesTooMuch,
}

/// A sandbox was ended, because it went beyond a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Overrun {
    /// The limit.
    pub(crate) limit: Limit,
    /// What ran then.
    pub(crate) running: Option<RunningScript>,
}

/// What a sandbox may not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// So much time.
    Time(Duration),
    /// The size of its transcript.
    Messages,
}

impl Watchdog {
    /// Watches a monitor until [`Watchdog::done`] is called, or ends it when the time is over or
    /// [`Watchdog::end`] is called.
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
            let state = self.state_after(left.map_or(PAUSE, |left| left.min(PAUSE)));
            if state == State::HasEnded {
                return None;
            }
            let running = RunningScript::below(id);
            let exceeded = match (state, longest) {
                (State::WritesTooMuch, _) => Some(Limit::Messages),
                (_, Some(longest)) if start.elapsed() >= longest => Some(Limit::Time(longest)),
                _ => None,
            };
            if let Some(limit) = exceeded {
                let is_sent = pidfd_send_signal(&descriptor, Signal::KILL).is_ok();
                // It may have ended just now, in time.
                let is_exceeded = is_sent || limit == Limit::Messages;
                return is_exceeded.then_some(Overrun { limit, running });
            }
            if let Some(running) = running {
                tell(&running);
            }
        }
    }

    /// The sandbox has ended.
    pub(crate) fn done(&self) {
        self.set(State::HasEnded);
    }

    /// The sandbox is to be ended, for it writes too much.
    pub(crate) fn end(&self) {
        self.set(State::WritesTooMuch);
    }

    /// Whoever writes too much is told so, be it at the end of all.
    fn set(&self, state: State) {
        let mut held = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if *held == State::Runs {
            *held = state;
        }
        self.changed.notify_all();
    }

    fn state_after(&self, pause: Duration) -> State {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_running = |state: &mut State| *state == State::Runs;
        let waited = self.changed.wait_timeout_while(state, pause, is_running);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
