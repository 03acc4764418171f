//! SIGINT, SIGTERM, SIGHUP: end the sandboxes, clean up, then die of the signal.

use std::sync::Arc;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::sandbox::launch::Interrupts;

/// Starts listening; every signal ends the sandboxes that run, and those that start later.
///
/// # Errors
/// The kernel refuses the handlers.
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

/// Dies of the signal that was received, so that the caller sees what happened.
pub(crate) fn die_of(signal: i32) {
    // It comes back only for a signal that has no default action; ours all have.
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}
