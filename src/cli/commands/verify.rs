//! `twinroot verify`: the whole job, and its report.

use std::io::Write as _;
use std::time::Instant;

use crate::audit::method::Method;
use crate::bootstrap::at;
use crate::cli::args::{AuditArg, VerifyArgs};
use crate::cli::commands::doctor;
use crate::cli::output::progress::{Stages, Verbosity};
use crate::cli::output::report_files::Outputs;
use crate::cli::{Trouble, signals};
use crate::explain::case::Foreign;
use crate::report;
use crate::report::convert::verification::Verification;
use crate::report::wire::report::{Report, Times};
use crate::sandbox::launch::Interrupts;
use crate::verify::artifacts::Keep;
use crate::verify::leak_check::{can_be_copied, different_outsides};
use crate::verify::matrix::{Asked, Beside, Matrix};
use crate::verify::observation::{Wanted, observe};
use crate::verify::pair::{Copies, Jobs, UNLINKED, build_both};
use crate::verify::prepare::prepare;

/// Runs the whole job; the exit status it earned.
///
/// # Errors
/// Trouble.
pub(crate) fn run_verify(args: &VerifyArgs) -> Result<u8, Trouble> {
    if args.no_trace && args.recipe.audit == AuditArg::ReadOnly {
        return Err(anyhow::anyhow!(
            "--audit read-only: it finds writes that fail by observing the build, which --no-trace \
             forbids"
        )
        .into());
    }
    if args.leak_check {
        can_be_copied(&args.recipe.outside)?;
    }
    let known = args.known.read()?;
    let outputs = Outputs::open_with(&args.outputs, &args.packages)?;
    let keep = args.keep.as_deref().map(Keep::open).transpose()?;
    doctor::preflight()?;
    let interrupts = signals::listen().map_err(at("signals", "listen to"))?;
    let report = verify(args, keep.as_ref(), &interrupts).map_err(|trouble| {
        if let (Some(keep), Trouble::Build(error)) = (&keep, &trouble) {
            // Should that fail too, the first error is still the one to tell.
            let _ = keep.failed(error);
        }
        trouble.of_run(&interrupts)
    })?;
    let report = known.apply(report)?;
    if let Some(keep) = &keep {
        keep.write(
            "report.json",
            report::json(&report)
                .map_err(anyhow::Error::from)?
                .as_bytes(),
        )?;
        keep.write("report.txt", report::text(&report).as_bytes())?;
    }
    if let Some(trouble) = &report.trouble {
        let hint = trouble
            .hint
            .iter()
            .map(|hint| format!("hint: {hint}\n"))
            .collect::<String>();
        // Standard error may be closed; the exit status says the same.
        let _ = write!(std::io::stderr(), "twinroot: {}\n{hint}", trouble.what);
    }
    outputs.write(&report)?;
    Ok(known.status(&report))
}

fn verify(
    args: &VerifyArgs,
    keep: Option<&Keep>,
    interrupts: &Interrupts,
) -> Result<Report, Trouble> {
    let stages = Stages::new(if args.recipe.quiet {
        Verbosity::Quiet
    } else {
        Verbosity::Progress
    });
    let start = Instant::now();
    let asked = Asked::of(args);
    let prepared = prepare(
        (&args.suite, args.mirror.as_deref()),
        &args.recipe,
        &asked.all(),
        interrupts,
        &stages,
    )?;
    let prepare_time = start.elapsed();
    let jobs = if args.jobs == 1 { Jobs::One } else { Jobs::Two };
    let mut different = if args.leak_check {
        different_outsides(&prepared, interrupts, &stages)?
    } else {
        vec![]
    };
    let is_matrix = asked.is_matrix() || !different.is_empty();
    let reference = is_matrix
        .then(|| tempfile::tempfile().map_err(at(UNLINKED, "make")))
        .transpose()?;
    let copies = Copies {
        keep,
        reference: reference.as_ref(),
    };
    let mut twins = build_both(jobs, &prepared, asked.pair, copies, interrupts, &stages)?;
    let mut besides = match &reference {
        Some(reference) => Matrix {
            jobs,
            reference_label: asked.pair.normal.mode().label(),
            reference,
            keep,
            interrupts,
            stages: &stages,
        }
        .build_all(&asked, &different, &prepared, &twins)?,
        None => vec![],
    };
    let built_time = start.elapsed();
    let is_escaped =
        !twins.chrootless.changes.is_empty() || besides.iter().any(Beside::has_escapes);
    let is_divergent = !twins.comparison.is_identical() || besides.iter().any(Beside::is_divergent);
    let must_trace = prepared.foreign_to.is_some() && !args.no_trace;
    let wanted = Wanted {
        trace: !args.no_trace && (args.trace || is_divergent || is_escaped),
        trace_chrootless: prepared.audit == Method::ReadOnly || must_trace,
        control: !args.no_control && (args.control || is_divergent),
    };
    let mut observed = observe(wanted, jobs, &prepared, interrupts, &stages)?;
    if wanted.trace {
        for one in &mut different {
            let lack = one.observe(&prepared, interrupts, &stages)?;
            observed.notes.extend(lack);
        }
    }
    if let Some((_, trace)) = &observed.chrootless {
        let changes = &mut twins.chrootless.changes;
        if prepared.audit == Method::ReadOnly {
            changes.extend(trace.refused(|path| prepared.outside.has_path(path)));
        }
        // overlayfs copies what is opened for writing, whether it is written or not.
        if prepared.audit == Method::Overlay {
            let all = besides.iter_mut().filter_map(Beside::changes);
            for changes in std::iter::once(changes).chain(all) {
                changes.retain(|change| !change.is_touch() || !trace.at_most_opened(&change.path));
            }
        }
    }
    let timings = Times::from([
        ("prepare".to_owned(), prepare_time.as_secs_f64()),
        (
            "build-and-compare".to_owned(),
            (built_time - prepare_time).as_secs_f64(),
        ),
        (
            "observe".to_owned(),
            (start.elapsed() - built_time).as_secs_f64(),
        ),
        (
            "audit".to_owned(),
            twins.chrootless.audit_took.as_secs_f64(),
        ),
    ]);
    let facts = Verification {
        recipe: &prepared.recipe,
        state: &prepared.state,
        epoch: prepared.epoch,
        versions: prepared.outside.versions(),
        normal: &twins.normal,
        chrootless: &twins.chrootless,
        comparison: &twins.comparison,
        observed_normal: observed.normal.as_ref(),
        observed_chrootless: observed.chrootless.as_ref(),
        control: observed.control.as_ref(),
        outside_packages: prepared.outside.packages(),
        outside: &|path| prepared.outside.file(path),
        notes: observed.notes,
        audit: prepared.audit,
        foreign: prepared.foreign_to.as_ref().map(|native| Foreign {
            chroot: prepared.recipe.architecture.clone(),
            outside: native.clone(),
        }),
        ways: (asked.pair.normal, asked.pair.chrootless),
        besides: besides.iter().map(|one| one.facts(&different)).collect(),
    };
    let explaining = Instant::now();
    let mut report = Report::from_verification(&facts, timings);
    report
        .timings
        .insert("explain".to_owned(), explaining.elapsed().as_secs_f64());
    Ok(report)
}
