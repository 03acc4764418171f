//! The command line: arguments in, words out, and the exit status.

pub mod args;
pub(crate) mod commands;
pub mod output;
pub(crate) mod settings;
pub(crate) mod signals;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::args::{Cli, Command};
use crate::cli::commands::{audit, build, compare, doctor, verify};

/// Runs the command line; exit status 0 identical, 1 divergent or escaped, 2 trouble.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        Command::Verify(args) => verify::run_verify(args),
        Command::Build(args) => build::run_build(args),
        Command::Audit(args) => audit::run_audit(args),
        Command::Compare(args) => compare::run(args),
        Command::Doctor(args) => doctor::report(args),
    };
    ExitCode::from(result.unwrap_or_else(|error| error.print()))
}
