//! What `compare` and `diffoscope` have in common: two paths in, and the report of what was found.

use std::path::{Path, PathBuf};

use crate::cli::args::epoch;
use crate::compare::comparison::Comparison;
use crate::explain::explain_archives;
use crate::input::source::{Source, SourceKind};
use crate::report::convert::advice::Advice;
use crate::report::convert::comparison::ExplainedComparison;
use crate::report::wire::report::Report;

/// An input; `-` is standard input.
pub(crate) fn source(label: &str, path: &Path) -> Source {
    let kind = if path == Path::new("-") {
        SourceKind::Stdin
    } else {
        SourceKind::File(PathBuf::from(path))
    };
    let name = match &kind {
        SourceKind::Stdin => "standard input".to_owned(),
        SourceKind::File(_)
        | SourceKind::Stream(_)
        | SourceKind::Section(_)
        | SourceKind::Opened(_) => bstr::BStr::new(path.as_os_str().as_encoded_bytes()).to_string(),
    };
    Source {
        label: label.to_owned(),
        name,
        kind,
    }
}

/// The report of a comparison, explained.
///
/// # Errors
/// A temporary file cannot be read, or the environment has no valid time.
pub(crate) fn report_of(comparison: &Comparison, advice: &dyn Advice) -> anyhow::Result<Report> {
    let epoch = epoch::from_environment()?;
    let explanation = explain_archives(comparison, epoch)?;
    let explained = ExplainedComparison {
        comparison,
        explanation: &explanation,
        epoch,
    };
    Ok(Report::of_comparison(explained, advice))
}
