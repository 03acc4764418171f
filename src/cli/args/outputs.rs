//! Options on reports: where they go, and what they say of packages.

use std::path::PathBuf;

use crate::report::Listing;

/// Where reports go.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Report")]
pub struct OutputArgs {
    /// Write the text report to this file; `-` is standard output (the default)
    #[arg(long, value_name = "FILE")]
    pub text: Option<PathBuf>,
    /// Write the JSON report to this file; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write report files even if nothing differs
    ///
    /// Without this option, a run that finds nothing leaves no report file and removes an older one
    /// of the same name.
    #[arg(long)]
    pub output_empty: bool,
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
