//! `twinroot doctor` checks this machine and prints the command that fixes each problem. `verify`,
//! `build` and `audit` make the first of its checks before they start.
//!
//! It looks, and changes nothing.

pub(crate) mod cached;
pub(crate) mod check;
pub(crate) mod foreign;
pub(crate) mod invoker;
pub(crate) mod kernel;
pub(crate) mod programs;
pub(crate) mod room;
pub(crate) mod trial;

use nix::unistd::geteuid;

use crate::cli::args::doctor::DoctorArgs;
use crate::cli::commands::doctor::check::{Answer, Check, MissingRequirement};
use crate::cli::commands::doctor::invoker::Invoker;
use crate::cli::commands::doctor::kernel::KernelRelease;
use crate::cli::commands::doctor::trial::{Trial, run_trial};
use crate::cli::output::error::CliError;
use crate::verify;

/// Prints every check.
///
/// # Errors
/// The first problem that stops every build, or the cache cannot be read.
#[expect(clippy::print_stdout, reason = "the command's result")]
pub(crate) fn report(args: &DoctorArgs) -> Result<u8, CliError> {
    let checks = if args.cache {
        cached::checks()?
    } else {
        all_checks()
    };
    for check in &checks {
        println!("{check}");
    }
    first_missing(&checks)?;
    Ok(0)
}

/// Checks what every build needs.
///
/// # Errors
/// The first requirement that is missing.
pub(crate) fn preflight() -> Result<(), MissingRequirement> {
    first_missing(&requirements())
}

fn first_missing(checks: &[Check]) -> Result<(), MissingRequirement> {
    match checks.iter().find_map(Check::missing) {
        Some(missing) => Err(missing),
        None => Ok(()),
    }
}

fn all_checks() -> Vec<Check> {
    let mut checks = requirements();
    let trial = first_missing(&checks).is_ok().then(run_trial);
    checks.extend(trial.as_ref().map(sandbox));
    let trial = trial.and_then(Result::ok);
    if trial.is_some() && matches!(kernel::overlayfs(), Answer::Works(_)) {
        let answer = Answer::works("overlayfs works in a sandbox");
        checks.push(Check::new("--audit overlay", answer));
    }
    checks.extend(room::checks());
    // For a plain user, newuidmap is among the requirements already.
    let optional = programs::optional().into_iter();
    let optional: Vec<_> = optional
        .filter(|program| checks.iter().all(|check| check.name != program.name))
        .collect();
    checks.extend(optional);
    checks.extend(foreign::architectures());
    checks.extend(trial.map(|trial| {
        foreign::own_binfmt_misc(
            trial.emulators_in_reach.as_deref(),
            KernelRelease::running(),
        )
    }));
    checks
}

/// What every build needs. A build may do without an overlay, but making an outside system and
/// fetching both run behind overlays of this machine.
fn requirements() -> Vec<Check> {
    let mut checks: Vec<_> = programs::REQUIRED.map(programs::required).into();
    if !geteuid().is_root() {
        checks.push(programs::required(programs::NEWUIDMAP));
    }
    let namespaces = kernel::user_namespaces(Invoker::current(), &kernel::read_knob);
    checks.push(Check::new("user namespaces", namespaces));
    checks.push(Check::new("subordinate ids", kernel::subordinate_ids()));
    checks.push(Check::new("overlayfs", kernel::overlayfs()));
    checks.push(Check::new(
        "observe scripts",
        kernel::observing(&kernel::read_knob),
    ));
    checks
}

fn sandbox(trial: &Result<Trial, verify::Error>) -> Check {
    let answer = match trial {
        Ok(_) => Answer::works("namespaces, overlays and mounts work together"),
        Err(error) => Answer::Missing {
            what: error.to_string(),
            fix: None,
        },
    };
    Check::new("sandbox", answer)
}
