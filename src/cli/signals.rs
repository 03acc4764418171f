//! SIGINT, SIGTERM, SIGHUP and SIGQUIT end the run: sandboxes at once, and then twinroot, which
//! cleans up and dies of the signal.
//!
//! The work on entries of the cache looks for signals and cleans up itself. All other work is
//! ended from here, be it a computation or a write that blocks.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::sandbox::launch::Interrupts;

/// How long the work may take to end by itself: less than a person notices.
const GRACE: Duration = Duration::from_millis(150);

/// How long the removal of an entry of the cache may take. The next run removes what is left.
const REMOVAL: Duration = Duration::from_secs(10);

/// How often is looked whether it is done.
const PAUSE: Duration = Duration::from_millis(20);

/// Starts a thread that listens for signals. The first one ends the sandboxes that run, and each
/// one that starts later. The second one ends everything at once.
///
/// # Errors
/// The handlers cannot be installed.
pub(crate) fn listen() -> std::io::Result<Arc<Interrupts>> {
    let interrupts = Arc::new(Interrupts::default());
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT])?;
    let raised = Arc::clone(&interrupts);
    thread::spawn(move || {
        let is_for_us = |signal: &i32| *signal != SIGINT || !raised.is_terminal_lent();
        let mut signals = signals.forever().filter(is_for_us);
        let Some(first) = signals.next() else { return };
        raised.raise(first);
        let waiting = Arc::clone(&raised);
        thread::spawn(move || end(&waiting, first));
        if let Some(second) = signals.next() {
            raised.unfinished.remove_all();
            die_of(second);
        }
    });
    Ok(interrupts)
}

/// Ends a run that has not ended by itself.
fn end(interrupts: &Interrupts, signal: i32) {
    let start = Instant::now();
    thread::sleep(GRACE);
    while interrupts.unfinished.has_entry() && start.elapsed() < REMOVAL {
        thread::sleep(PAUSE);
    }
    interrupts.unfinished.remove_all();
    die_of(signal);
}

/// Has a write beyond the limit on file sizes (setrlimit(2), `RLIMIT_FSIZE`) fail like any other,
/// instead of ending this process. Programs that it starts are ended as usual.
///
/// # Errors
/// The handler cannot be installed.
pub(crate) fn outlive_size_limit() -> std::io::Result<()> {
    let signal = nix::sys::signal::Signal::SIGXFSZ as i32;
    let _ = signal_hook::flag::register(signal, Arc::default())?;
    Ok(())
}

/// Ends this process by the signal that was received, so that its parent sees what happened.
pub(crate) fn die_of(signal: i32) {
    // This returns only for a signal without a default action, and each of these has one.
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}
