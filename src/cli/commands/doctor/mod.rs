//! `twinroot doctor`: what this machine can do, and the command that mends what it can't.
//! `verify` and `build` ask the first of its questions before they start.
//!
//! It looks, and alters nothing.

pub(crate) mod check;
pub(crate) mod foreign;
pub(crate) mod kernel;
pub(crate) mod programs;
pub(crate) mod room;

use std::fs;

use nix::unistd::geteuid;

use crate::bootstrap::BuildError;
use crate::cli::commands::doctor::check::{Answer, Check};
use crate::cli::commands::doctor::kernel::{Release, Trial};
use crate::cli::output::error::CliError;

/// Prints every capability.
///
/// # Errors
/// The first lack that stops everything.
#[expect(clippy::print_stdout, reason = "the command's result")]
pub(crate) fn report() -> Result<u8, CliError> {
    let mut checks = preconditions();
    let is_ready = checks.iter().all(|check| check.lack().is_none());
    let trial = is_ready.then(crate::cli::commands::doctor::kernel::trial);
    checks.extend(trial.as_ref().map(sandbox));
    let trial = trial.and_then(Result::ok);
    let has_overlayfs = matches!(
        crate::cli::commands::doctor::kernel::overlayfs(),
        Answer::Can(_)
    );
    checks.extend(trial.as_ref().filter(|_| has_overlayfs).map(|_| {
        let text = "overlayfs works in a sandbox";
        Check::new("--audit overlay", Answer::Can(text.to_owned()))
    }));
    checks.extend(crate::cli::commands::doctor::room::checks());
    // A plain user's first question is for newuidmap already.
    let is_new = |way: &Check| checks.iter().all(|check| check.name != way.name);
    let ways: Vec<_> = crate::cli::commands::doctor::programs::ways()
        .into_iter()
        .filter(is_new)
        .collect();
    checks.extend(ways);
    checks.extend(crate::cli::commands::doctor::foreign::architectures());
    checks.extend(trial.map(|trial| {
        crate::cli::commands::doctor::foreign::own_list(
            trial.no_own_list.as_deref(),
            Release::running(),
        )
    }));
    for check in &checks {
        println!("{check}");
    }
    first_lack(&checks).map_or(Ok(0), |lack| Err(lack.into()))
}

/// Asks what every build needs.
///
/// # Errors
/// The first lack.
pub(crate) fn preflight() -> Result<(), BuildError> {
    first_lack(&preconditions()).map_or(Ok(()), Err)
}

fn first_lack(checks: &[Check]) -> Option<BuildError> {
    checks.iter().find_map(Check::lack)
}

/// Without any of these nothing works: even where a build itself needs no overlay, making an
/// outside and fetching run behind overlays of this machine.
fn preconditions() -> Vec<Check> {
    let needed = crate::cli::commands::doctor::programs::NEEDED.iter();
    let mut checks: Vec<_> = needed
        .map(|(program, package)| crate::cli::commands::doctor::programs::needed(program, package))
        .collect();
    if !geteuid().is_root() {
        checks.push(crate::cli::commands::doctor::programs::needed(
            "newuidmap",
            "uidmap",
        ));
    }
    let namespaces = crate::cli::commands::doctor::kernel::namespaces(
        crate::cli::commands::doctor::kernel::Asker::caller(),
        &|path| fs::read_to_string(path).ok(),
    );
    checks.push(Check::new("user namespaces", namespaces));
    checks.push(Check::new(
        "subordinate ids",
        crate::cli::commands::doctor::kernel::ids(),
    ));
    checks.push(Check::new(
        "overlayfs",
        crate::cli::commands::doctor::kernel::overlayfs(),
    ));
    checks
}

fn sandbox(trial: &Result<Trial, crate::verify::Error>) -> Check {
    let answer = match trial {
        Ok(_) => Answer::Can("namespaces, overlays and mounts work together".to_owned()),
        Err(error) => Answer::Lacks {
            what: error.to_string(),
            mend: None,
        },
    };
    Check::new("sandbox", answer)
}
