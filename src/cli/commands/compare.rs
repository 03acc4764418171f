//! `twinroot compare LEFT RIGHT`.

use std::io;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::any;
use crate::cli::args::compare::CompareArgs;
use crate::cli::args::epoch;
use crate::cli::output::error::{CliError, print};
use crate::cli::output::hints::Hints;
use crate::cli::output::progress::Verbosity;
use crate::cli::output::report_files::Outputs;
use crate::cli::signals;
use crate::compare;
use crate::compare::field_names::Term;
use crate::explain::explain_archives;
use crate::input::source::{Source, SourceKind};
use crate::report::convert::comparison::ExplainedComparison;
use crate::report::wire::report::Report;
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
    let epoch = epoch::from_environment()?;
    let interrupts = signals::listen().context("signals")?;
    let outputs = Outputs::open(&args.outputs, &interrupts)?;
    let (Some(left), Some(right)) = (&args.left, &args.right) else {
        anyhow::bail!("two tarballs are needed");
    };
    let bar = match Verbosity::from_quiet(args.quiet) {
        Verbosity::Progress => bar(left),
        Verbosity::Quiet => ProgressBar::hidden(),
    };
    let comparison = any::compare(
        source("left", left),
        source("right", right),
        &options,
        &|bytes| bar.set_position(bytes),
    );
    bar.finish_and_clear();
    let explanation = explain_archives(&comparison, epoch)?;
    let explained = ExplainedComparison {
        comparison: &comparison,
        explanation: &explanation,
        epoch,
    };
    let report = known.apply(Report::of_comparison(explained, &Hints))?;
    if let Some(trouble) = &report.trouble {
        print(&[], &trouble.what, trouble.hint.clone());
    }
    let status = known.status(&report, Strictness::Effects);
    match &comparison.trouble {
        Some(trouble) if trouble.before_comparing() => outputs.write_uncompared(&report)?,
        Some(_) | None => outputs.write(&report, status)?,
    }
    Ok(status)
}

fn source(label: &str, path: &Path) -> Source {
    let kind = if path == Path::new("-") {
        SourceKind::Stdin
    } else {
        SourceKind::File(PathBuf::from(path))
    };
    let name = match &kind {
        SourceKind::Stdin => "standard input".to_owned(),
        SourceKind::File(_) | SourceKind::Stream(_) | SourceKind::Opened(_) => {
            bstr::BStr::new(path.as_os_str().as_encoded_bytes()).to_string()
        }
    };
    Source {
        label: label.to_owned(),
        name,
        kind,
    }
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
