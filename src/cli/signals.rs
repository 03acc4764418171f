//! SIGINT, SIGTERM and SIGHUP end the sandboxes; twinroot cleans up and then dies of the signal.

use std::sync::Arc;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::sandbox::launch::Interrupts;

/// Starts a thread that listens for signals. A signal ends the sandboxes that run, and each one that
/// starts later.
///
/// # Errors
/// The handlers cannot be installed.
pub(crate) fn listen() -> std::io::Result<Arc<Interrupts>> {
    let interrupts = Arc::new(Interrupts::default());
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let raised = Arc::clone(&interrupts);
    thread::spawn(move || {
        for signal in signals.forever() {
            raised.raise(signal);
        }
    });
    Ok(interrupts)
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
