//! Options on reports: where they go, and what they say of packages.

use std::path::PathBuf;

use crate::report::Listing;

/// Where reports of a run go.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Report")]
pub struct OutputArgs {
    /// The files.
    #[command(flatten)]
    pub files: ReportFiles,
    /// Write report files even if nothing differs
    ///
    /// Without this option, a run that finds nothing leaves no report file and removes an older one
    /// of the same name.
    #[arg(long)]
    pub output_empty: bool,
}

/// A file for each form of a report. docs/reports.md says who reads which.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Report")]
pub struct ReportFiles {
    /// Write the text report to this file; `-` is standard output (the default)
    #[arg(long, value_name = "FILE")]
    pub text: Option<PathBuf>,
    /// Write the JSON report to this file; `-` is standard output
    ///
    /// It has everything. `twinroot render` makes every other form of it.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a page for a browser, which needs no other file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write Markdown for an issue or a merge request
    ///
    /// It is cut to what GitHub takes, with a count.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write JUnit's XML, with a test case for each package
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write GitLab's code quality report, with lines of maintainer scripts
    #[arg(long, value_name = "FILE")]
    pub codequality: Option<PathBuf>,
    /// Write SARIF 2.1.0, with lines of maintainer scripts
    #[arg(long, value_name = "FILE")]
    pub sarif: Option<PathBuf>,
    /// Write the JSON of diffoscope, which `diffoscope --load-existing-diff` reads
    #[arg(long, value_name = "FILE")]
    pub diffoscope_json: Option<PathBuf>,
    /// How text is shown.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// How a text report is shown on a terminal.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
#[command(next_help_heading = "Report")]
pub struct ScreenArgs {
    /// Whether a text report on standard output has colours
    ///
    /// WHEN is `auto`, `always` or `never`. With `auto` it has them on a terminal, unless NO_COLOR is set. CLICOLOR_FORCE gives them to a
    /// pipe too.
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub color: When,
    /// Whether a text report on a terminal is shown by $PAGER
    ///
    /// WHEN is `auto`, `always` or `never`. The pager is less(1) if PAGER is not set; it ends by
    /// itself if the report fits on the screen.
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub pager: When,
}

/// When something is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum When {
    /// If standard output is a terminal.
    #[default]
    Auto,
    /// In any case.
    Always,
    /// Not at all.
    Never,
}

/// What `verify` adds to a text report, or prints instead of it.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Report")]
pub struct PackageArgs {
    /// List every package in the text report
    ///
    /// Each row says how the maintainer scripts of the package support DPKG_ROOT, and whether this
    /// run proves the package complete.
    #[arg(long)]
    pub packages: bool,
    /// List every path outside that scripts changed, tried to change or looked at
    ///
    /// Without this option, long lists in the text report are cut, with a count.
    #[arg(long)]
    pub all: bool,
    /// Print a bug report about this package instead of the text report
    #[arg(long, value_name = "PACKAGE")]
    pub bug: Option<String>,
}

impl PackageArgs {
    /// How long the lists of a text report are.
    pub(crate) fn listing(&self) -> Listing {
        if self.all {
            Listing::Whole
        } else {
            Listing::Cut
        }
    }
}
