//! `twinroot verify`: the whole job, and its report.

use std::time::Instant;

use super::args::VerifyArgs;
use super::keep::Keep;
use super::outputs::Outputs;
use super::prepare::prepare;
use super::progress::{Noise, Stages};
use super::twins::{Jobs, build_both};
use super::{Trouble, doctor, signals};
use crate::build::at;
use crate::report::{self, Report, Times, Verification};

/// Runs the whole job; the exit status it earned.
///
/// # Errors
/// Trouble.
pub(super) fn run_verify(args: &VerifyArgs) -> Result<u8, Trouble> {
    let interrupts = signals::listen().map_err(at("signals", "listen to"))?;
    let outputs = Outputs::open(&args.outputs)?;
    let keep = args.keep.as_deref().map(Keep::open).transpose()?;
    doctor::preflight()?;
    let stages = Stages::new(if args.recipe.quiet { Noise::Quiet } else { Noise::Progress });
    let mut timings = Times::new();
    let mut clock = Instant::now();
    let mut lap = |name: &str| {
        timings.insert(name.to_owned(), clock.elapsed().as_secs_f64());
        clock = Instant::now();
    };
    let prepared = prepare(&args.suite, args.mirror.as_deref(), &args.recipe, &interrupts, &stages)
        .inspect_err(|_| interrupts.die_if_asked())?;
    lap("prepare");
    let jobs = if args.jobs == 1 { Jobs::One } else { Jobs::Two };
    let twins = build_both(jobs, &prepared, keep.as_ref(), &interrupts, &stages)?;
    lap("build-and-compare");
    let facts = Verification {
        recipe: &prepared.recipe,
        state: &prepared.state,
        epoch: prepared.epoch,
        versions: prepared.outside.versions(),
        normal: &twins.normal,
        chrootless: &twins.chrootless,
        comparison: &twins.comparison,
    };
    let report = Report::from_verification(&facts, timings);
    if let Some(keep) = &keep {
        keep.write("report.json", report::json(&report)?.as_bytes())?;
        keep.write("report.txt", report::text(&report).as_bytes())?;
    }
    let status = report.exit_status();
    outputs.write(&report)?;
    Ok(status)
}
