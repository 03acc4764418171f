//! `twinroot verify`: the whole job, and its report.

use crate::bootstrap::at;
use crate::cli::args::verify::VerifyArgs;
use crate::cli::commands::doctor;
use crate::cli::output::error::{CliError, print};
use crate::cli::output::hints::Hints;
use crate::cli::output::progress::{Stages, Verbosity};
use crate::cli::output::report_files::Outputs;
use crate::cli::{settings, signals};
use crate::report;
use crate::report::wire::report::Report;
use crate::verify::artifacts::Artifacts;
use crate::verify::verify;

/// Runs the whole job; the exit status it earned.
///
/// # Errors
/// The job could not be done.
pub(crate) fn run_verify(args: &VerifyArgs) -> Result<u8, CliError> {
    settings::check(args)?;
    let known = args.known.read()?;
    let interrupts = signals::listen().map_err(at("signals", "listen to"))?;
    let outputs = Outputs::open_with(&args.outputs, &args.packages, &interrupts)?;
    let keep = args.keep.as_deref();
    let artifacts = keep.map(|path| Artifacts::open(path, &interrupts));
    let artifacts = artifacts.transpose()?;
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
        print(&[], &trouble.what, trouble.hint.clone());
    }
    let status = known.status(&report, settings::strictness(args));
    outputs.write(&report, status)?;
    Ok(status)
}
