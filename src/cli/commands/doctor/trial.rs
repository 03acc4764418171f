//! A trial run of a whole sandbox: the only proof that all its parts work together.

use crate::bootstrap::at;
use crate::bootstrap::build::{discard, run};
use crate::bootstrap::freeze::host_plan;
use crate::sandbox::launch::Interrupts;
use crate::sandbox::plan::Emulation;
use crate::sandbox::stage::init::EMULATION_WARNING;
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
    Ok(Trial {
        emulators_in_reach: emulators_in_reach(&String::from_utf8_lossy(&built.transcript_bytes)),
    })
}

fn emulators_in_reach(transcript: &str) -> Option<String> {
    let mut words = transcript
        .lines()
        .filter_map(|line| line.strip_prefix(EMULATION_WARNING));
    let word = words.next()?;
    Some(word.trim_start_matches(": ").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_word_is_taken_from_the_sandboxs_warning() {
        let warning = format!("{EMULATION_WARNING}: EPERM: Operation not permitted\n");
        assert_eq!(
            emulators_in_reach(&warning),
            Some("EPERM: Operation not permitted".to_owned())
        );
        assert_eq!(emulators_in_reach(""), None);
    }
}
