//! The arguments of `render`.

use std::path::PathBuf;

use crate::cli::args::help::SHORT_HELP;
use crate::cli::args::manual::{Manual, example, exit};
use crate::cli::args::outputs::{PackageArgs, ReportFiles};

/// Make other forms of a saved report
///
/// A report is what `--json` of `verify` and `compare` writes. Those of earlier versions are read
/// too. Without an option, the text report is printed.
#[derive(Debug, clap::Args)]
#[command(after_help = SHORT_HELP, after_long_help = MANUAL.help())]
pub struct RenderArgs {
    /// Saved JSON report; `-` is standard input
    pub report: PathBuf,
    /// What the report says of packages.
    #[command(flatten)]
    pub packages: PackageArgs,
    /// Where the forms go.
    #[command(flatten)]
    pub files: ReportFiles,
}

/// The end of its help.
pub(crate) const MANUAL: Manual = Manual {
    exit_status: &[
        exit(0, "The report was rendered, whatever it says"),
        exit(
            2,
            "The report could not be read or written; standard error says why",
        ),
    ],
    examples: &[
        example(
            "Make a page for a browser and Markdown for an issue",
            "twinroot render report.json --html report.html --markdown report.md",
        ),
        example(
            "Print a bug report about a package",
            "twinroot render report.json --bug udev",
        ),
    ],
};
