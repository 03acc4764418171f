//! `twinroot diffoscope LEFT RIGHT`: the comparison of `compare` for callers of diffoscope.
//!
//! It says nothing on standard error unless there is trouble, shows no progress and no pager, and
//! compares any two files: what `compare` refuses, because one is an archive and the other is not,
//! is compared as bytes.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use tempfile::TempDir;

use crate::any;
use crate::cli::args::diffoscope::DiffoscopeArgs;
use crate::cli::args::diffoscope_options::Inputs;
use crate::cli::commands::comparing::{report_of, source};
use crate::cli::output::diffoscope_outputs;
use crate::cli::output::error::{CliError, Program};
use crate::cli::output::status_lines::StatusLines;
use crate::cli::signals;
use crate::compare::side::Sides;
use crate::input::source::{Source, SourceKind};
use crate::report::convert::advice::NoAdvice;
use crate::report::exit_status::{KnownFindings, exit_status};
use crate::report::saved::from_json;
use crate::report::wire::report::Report;
use crate::text::quote;
use crate::verify::verdict::Strictness;

/// Runs the command; 0 identical, 1 divergent, 2 trouble.
///
/// # Errors
/// An argument, an input or an output file cannot be used.
pub(crate) fn run(args: &DiffoscopeArgs) -> Result<u8, CliError> {
    Ok(status(args)?)
}

fn status(args: &DiffoscopeArgs) -> anyhow::Result<u8> {
    if args.version {
        return say(concat!(
            "diffoscope (twinroot ",
            env!("CARGO_PKG_VERSION"),
            ")\n"
        ));
    }
    if args.list_tools {
        return say("twinroot reads every format itself. It runs no other tool.\n");
    }
    anyhow::ensure!(
        args.diff_mask.is_none(),
        "--diff-mask: nothing is masked; --exclude leaves out entries, and says how many"
    );
    if let Some(path) = &args.load_existing_diff {
        return loaded(args, path);
    }
    let (Some(left), Some(right)) = (&args.left, &args.right) else {
        anyhow::bail!("two files are needed");
    };
    compared(args, left, right)
}

/// Compares, and writes what is asked for. If nothing could be compared, that is nothing: a report
/// of diffoscope that exists says that something differs.
fn compared(args: &DiffoscopeArgs, left: &Path, right: &Path) -> anyhow::Result<u8> {
    if !args.new_file {
        for path in [left, right] {
            let name = quote(path.as_os_str().as_encoded_bytes());
            anyhow::ensure!(is_there(path), "{name}: No such file or directory");
        }
    }
    let has_directory = left.is_dir() || right.is_dir();
    let options = args.options(match has_directory {
        true => Inputs::WithDirectory,
        false => Inputs::Files,
    })?;
    let interrupts = signals::listen().context("signals")?;
    let outputs = diffoscope_outputs::open(&args.outputs, &interrupts)?;
    let lines = args.outputs.status_fd.map(|number| {
        let name = quote(left.as_os_str().as_encoded_bytes());
        let facts = fs::metadata(left).ok().filter(fs::Metadata::is_file);
        let total = facts.map_or(0, |facts| facts.len());
        let lines = StatusLines::open(number, name, total);
        lines.with_context(|| format!("--status-fd {number}"))
    });
    let lines = lines.transpose()?;
    let (left_absent, right_absent) = (Absent::new(left, right)?, Absent::new(right, left)?);
    let sources = Sides {
        left: left_absent.in_place_of(source("left", left)),
        right: right_absent.in_place_of(source("right", right)),
    };
    let comparison = any::compare(sources.left, sources.right, &options, &|bytes| {
        if let Some(lines) = &lines {
            lines.reached(bytes);
        }
    });
    if let Some(lines) = &lines {
        lines.finish();
    }
    let report = report_of(&comparison, &NoAdvice)?;
    if let Some(trouble) = &report.trouble {
        Program::Diffoscope.print(&[], &trouble.what, None);
    }
    let status = status_of(&report);
    let is_silent = comparison.trouble.as_ref();
    if !is_silent.is_some_and(|trouble| trouble.before_comparing()) {
        outputs.write(&report, status)?;
    }
    Ok(status)
}

/// Renders a saved report of twinroot.
fn loaded(args: &DiffoscopeArgs, path: &Path) -> anyhow::Result<u8> {
    let place = || quote(path.as_os_str().as_encoded_bytes());
    let text = match path == Path::new("-") {
        true => io::read_to_string(io::stdin().lock()).map(String::into_bytes),
        false => fs::read(path),
    };
    let report = from_json(&text.with_context(place)?).with_context(place)?;
    let interrupts = signals::listen().context("signals")?;
    let outputs = diffoscope_outputs::open(&args.outputs, &interrupts)?;
    let status = status_of(&report);
    outputs.write(&report, status)?;
    Ok(status)
}

fn status_of(report: &Report) -> u8 {
    exit_status(report, KnownFindings::Counted, Strictness::Effects)
}

/// Whether there is something of this name, if only a link that leads nowhere.
fn is_there(path: &Path) -> bool {
    path == Path::new("-") || fs::symlink_metadata(path).is_ok()
}

/// What stands for an input that is not there.
enum Absent {
    /// The input is there.
    No,
    /// An empty file.
    File,
    /// An empty directory, since the other input is one.
    Directory(TempDir),
}

impl Absent {
    /// # Errors
    /// No directory can be made.
    fn new(path: &Path, other: &Path) -> anyhow::Result<Self> {
        if is_there(path) {
            return Ok(Self::No);
        }
        if !other.is_dir() {
            return Ok(Self::File);
        }
        let directory = tempfile::tempdir().context("a directory for a missing one")?;
        // Its time would be in the report.
        let times = fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH);
        fs::File::open(directory.path())?.set_times(times)?;
        Ok(Self::Directory(directory))
    }

    /// What is compared, under the name of the input.
    fn in_place_of(&self, source: Source) -> Source {
        let kind = match self {
            Self::No => return source,
            Self::File => SourceKind::Stream(Box::new(io::empty())),
            Self::Directory(directory) => SourceKind::File(directory.path().to_owned()),
        };
        Source { kind, ..source }
    }
}

/// Prints a line; 0.
fn say(line: &str) -> anyhow::Result<u8> {
    match io::stdout().lock().write_all(line.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("standard output")
        }
        _ => Ok(0),
    }
}
