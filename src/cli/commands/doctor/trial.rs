//! A trial run of a whole sandbox: the only proof that all its parts work together.

use crate::bootstrap::at;
use crate::bootstrap::build::{discard, run};
use crate::bootstrap::outside::view_plan::host_plan;
use crate::sandbox::launch::Interrupts;
use crate::sandbox::plan::Emulation;
use crate::sandbox::protocol::Warning;
use crate::verify;
use crate::verify::environment::id_map;

/// What a sandbox that works shows of the machine.
#[derive(Debug)]
pub(crate) struct Trial {
    /// Why the kernel did not hide the machine's emulators from the sandbox, in the words of the
    /// system call's error; `None` if it did.
    pub(crate) emulators_in_reach: Option<String>,
}

/// Runs true(1) in a sandbox.
///
/// # Errors
/// The sandbox does not work.
pub(crate) fn run_trial() -> Result<Trial, verify::Error> {
    let ids = id_map()?;
    let directory = tempfile::tempdir().map_err(at("a temporary directory", "make"))?;
    let mut plan = host_plan("trial", vec!["true".to_owned()], directory.path(), &ids)?;
    plan.emulation = Emulation::None;
    let built = run(&plan, &Interrupts::default(), discard, &|_| ())?;
    let emulators = built
        .warnings
        .into_iter()
        .find_map(|warning| match warning {
            Warning::EmulatorsStay { error } => Some(error),
            Warning::ProcessesEnded { .. } => None,
        });
    Ok(Trial {
        emulators_in_reach: emulators,
    })
}
