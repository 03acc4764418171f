//! argv, progress, outputs and the exit status.

pub mod args;
pub mod commands;
pub mod output;
pub(crate) mod signals;

use std::process::ExitCode;

use clap::Parser;

pub use crate::cli::args::Cli;
pub use crate::cli::args::compare::CompareArgs;
pub use crate::cli::args::known_file::KnownArgs;
pub use crate::cli::args::outputs::{OutputArgs, PackageArgs};
use crate::cli::output::error::Trouble;
pub use crate::cli::output::report_files::Outputs;

/// Runs the command line; exit status 0 identical, 1 divergent or escaped, 2 trouble.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        crate::cli::args::Command::Verify(args) => crate::cli::commands::verify::run_verify(args),
        crate::cli::args::Command::Build(args) => crate::cli::commands::build::run_build(args),
        crate::cli::args::Command::Audit(args) => crate::cli::commands::audit::run_audit(args),
        crate::cli::args::Command::Compare(args) => {
            return crate::cli::commands::compare::run(args);
        }
        crate::cli::args::Command::Doctor => crate::cli::commands::doctor::report(),
    };
    ExitCode::from(result.unwrap_or_else(|trouble| trouble.tell()))
}
