//! argv, progress, outputs and the exit status.

pub mod args;
mod audit;
mod build;
mod compare;
pub mod compare_args;
mod destination;
mod doctor;
mod epoch;
mod keep;
mod known;
mod leak;
mod machine;
mod matrix;
mod mirror;
mod observe;
mod outputs;
mod outside;
mod pinning;
mod prepare;
mod progress;
mod signals;
mod trouble;
mod twins;
mod verify;

use std::process::ExitCode;

use clap::Parser;

pub use args::Cli;
pub use compare_args::CompareArgs;
pub use known::KnownArgs;
pub use outputs::{OutputArgs, Outputs, PackageArgs};
use trouble::Trouble;

/// Runs the command line; exit status 0 identical, 1 divergent or escaped, 2 trouble.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        args::Command::Verify(args) => verify::run_verify(args),
        args::Command::Build(args) => build::run_build(args),
        args::Command::Audit(args) => audit::run_audit(args),
        args::Command::Compare(args) => return compare::run(args),
        args::Command::Doctor => doctor::report(),
    };
    ExitCode::from(result.unwrap_or_else(|trouble| trouble.tell()))
}
