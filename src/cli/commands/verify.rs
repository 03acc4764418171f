//! `twinroot verify`: the whole job, and its report.

use crate::any::nested::archive::Place;
use crate::bootstrap::at;
use crate::cli::args::verify::VerifyArgs;
use crate::cli::commands::doctor;
use crate::cli::output::error::{CliError, Program};
use crate::cli::output::hints::Hints;
use crate::cli::output::minimal::Minimal;
use crate::cli::output::progress::{Stages, Verbosity};
use crate::cli::output::report_files::Outputs;
use crate::cli::{settings, signals};
use crate::compare;
use crate::compare::side::Sides;
use crate::report;
use crate::report::wire::report::Report;
use crate::verify::artifacts::Artifacts;
use crate::verify::result::Verification;
use crate::verify::verify;

/// Runs the whole job; the exit status it earned.
///
/// # Errors
/// The job could not be done.
pub(crate) fn run_verify(args: &VerifyArgs) -> Result<u8, CliError> {
    settings::check(args)?;
    let known = args.known.read()?;
    let interrupts = signals::listen().map_err(at("signals", "listen to"))?;
    let outputs = Outputs::open(&args.outputs, &args.packages, &interrupts)?;
    let keep = args.keep.as_deref();
    let artifacts = keep.map(|path| Artifacts::open(path, &interrupts));
    let artifacts = artifacts.transpose()?;
    let minimal = args.minimal.as_deref();
    let minimal = minimal.map(|path| Minimal::open(path, &interrupts.unfinished));
    let minimal = minimal.transpose()?;
    doctor::preflight()?;
    let options = settings::of_verify(args, artifacts, &interrupts)?;
    let stages = Stages::new(Verbosity::from_quiet(args.recipe.quiet));
    let verification = match verify(&options, &stages) {
        Ok(verification) => verification,
        Err(error) => {
            drop(stages);
            if !error.is_interrupted() {
                // If that cannot be written either, the first error is still the one to tell.
                let _ = outputs.write_trouble(&Report::of_trouble(&error, &Hints));
            }
            return Err(CliError::from(error).of_run(&interrupts));
        }
    };
    drop(stages);
    if let Some(signal) = interrupts.signal() {
        // What was still to be built, was not.
        return Err(CliError::Signal(signal));
    }
    let report = known.apply(Report::of_verification(&verification, &Hints))?;
    if let Some(artifacts) = &options.artifacts {
        let json = report::json(&report).map_err(anyhow::Error::from)?;
        artifacts.write("report.json", json.as_bytes())?;
        artifacts.write(
            "report.txt",
            report::text(&report, args.packages.listing()).as_bytes(),
        )?;
    }
    if let Some(trouble) = &report.trouble {
        Program::Twinroot.print(&[], &trouble.what, trouble.hint.clone());
    }
    let status = known.status(&report, settings::strictness(args));
    let written = minimal.map_or(Ok(()), |minimal| write_minimal(minimal, verification));
    outputs.write(&report, status)?;
    // The report is there, whatever became of the tarballs.
    written?;
    Ok(status)
}

/// Writes what differs between the pair, if both tarballs could be compared to their ends.
fn write_minimal(minimal: Minimal, verification: Verification) -> anyhow::Result<()> {
    let (Some(chrootless), Some(tarballs)) = (verification.facts.chrootless, verification.tarballs)
    else {
        return Ok(());
    };
    let comparison = chrootless.comparison;
    if comparison.is_identical() || comparison.trouble.is_some() {
        return Ok(());
    }
    let places = Sides {
        left: Place::of(tarballs.left)?,
        right: Place::of(tarballs.right)?,
    };
    minimal.write(&places, &comparison.names, &compare::Options::default())
}
