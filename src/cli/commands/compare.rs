//! `twinroot compare LEFT RIGHT`.

use std::io;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::any;
use crate::cli::args::compare::CompareArgs;
use crate::cli::args::epoch;
use crate::cli::args::outputs::PackageArgs;
use crate::cli::commands::comparing::{report_of, source};
use crate::cli::output::error::{CliError, Program};
use crate::cli::output::hints::Hints;
use crate::cli::output::minimal::Minimal;
use crate::cli::output::progress::Verbosity;
use crate::cli::output::report_files::Outputs;
use crate::cli::signals;
use crate::compare;
use crate::compare::comparison::Comparison;
use crate::compare::field_names::Term;
use crate::compare::options::Options;
use crate::compare::progress::Progress;
use crate::compare::side::Sides;
use crate::input::source::Source;
use crate::verify::verdict::Strictness;

/// Runs the command; 0 identical, 1 divergent, 2 trouble.
///
/// # Errors
/// An option or an output file cannot be used.
pub(crate) fn run(args: &CompareArgs) -> Result<u8, CliError> {
    Ok(status(args)?)
}

fn status(args: &CompareArgs) -> anyhow::Result<u8> {
    if args.list_fields {
        list_fields()?;
        return Ok(0);
    }
    let options = args.options()?;
    let known = args.known.read()?;
    // A wrong time shows before the work.
    let _ = epoch::from_environment()?;
    let interrupts = signals::listen().context("signals")?;
    let listing = PackageArgs {
        all: args.all,
        ..PackageArgs::default()
    };
    let outputs = Outputs::open(&args.outputs, &listing, &interrupts)?;
    let minimal = args.minimal.as_deref();
    let minimal = minimal.map(|path| Minimal::open(path, &interrupts.unfinished));
    let minimal = minimal.transpose()?;
    let (Some(left), Some(right)) = (&args.left, &args.right) else {
        anyhow::bail!("two tarballs are needed");
    };
    let bar = match Verbosity::from_quiet(args.quiet) {
        Verbosity::Progress => bar(left),
        Verbosity::Quiet => ProgressBar::hidden(),
    };
    let sources = Sides {
        left: source("left", left),
        right: source("right", right),
    };
    let progress: &Progress<'_> = &|bytes| bar.set_position(bytes);
    let (comparison, written) = match minimal {
        Some(minimal) => with_minimal(minimal, sources, &options, progress),
        None => {
            let found = any::compare(sources.left, sources.right, &options, progress);
            (found, Ok(()))
        }
    };
    bar.finish_and_clear();
    let report = known.apply(report_of(&comparison, &Hints)?)?;
    if let Some(trouble) = &report.trouble {
        Program::Twinroot.print(&[], &trouble.what, trouble.hint.clone());
    }
    let status = known.status(&report, Strictness::Effects);
    match &comparison.trouble {
        Some(trouble) if trouble.before_comparing() => outputs.write_uncompared(&report)?,
        Some(_) | None => outputs.write(&report, status)?,
    }
    // The report is there, whatever became of the tarballs.
    written?;
    Ok(status)
}

/// Compares two tarballs, and writes the entries that differ unless there is trouble.
fn with_minimal(
    minimal: Minimal,
    sources: Sides<Source>,
    options: &Options,
    progress: &Progress<'_>,
) -> (Comparison, anyhow::Result<()>) {
    let mut comparison = Comparison::begun(&sources.left, &sources.right);
    let inputs = match any::minimal::inputs::open(sources.left, sources.right, options) {
        Ok(inputs) => inputs,
        Err(trouble) => {
            comparison.trouble = Some(trouble);
            return (comparison, Ok(()));
        }
    };
    let Sides { left, right } = inputs.sources;
    let comparison = any::compare(left, right, options, progress);
    let is_divergent = comparison.trouble.is_none() && !comparison.is_identical();
    let written = match is_divergent {
        true => minimal.write(&inputs.places, &comparison.names, options),
        false => Ok(()),
    };
    (comparison, written)
}

/// A bar on a terminal; compressed inputs have no known length.
fn bar(left: &Path) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let length = std::fs::metadata(left)
        .ok()
        .filter(std::fs::Metadata::is_file)
        .map(|facts| facts.len());
    let packed = left.extension().is_some_and(|extension| extension != "tar");
    let (bar, template) = match length.filter(|_| !packed) {
        Some(length) => (
            ProgressBar::new(length),
            "{bar:30} {bytes}/{total_bytes} {bytes_per_sec}",
        ),
        None => (
            ProgressBar::no_length(),
            "{spinner} {bytes} {bytes_per_sec}",
        ),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn list_fields() -> io::Result<()> {
    let mut out = String::from("fields of entries\n");
    let row = |term: &Term| {
        let name = if term.name.ends_with(':') {
            format!("{}NAME", term.name)
        } else {
            term.name.to_owned()
        };
        format!("  {name:<18} {}\n", term.meaning)
    };
    out.extend(compare::field_names().iter().map(row));
    out.push_str("aspects of archives\n");
    out.extend(compare::archive_names().iter().map(row));
    match io::stdout().lock().write_all(out.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
