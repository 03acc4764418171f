//! argv, progress, outputs and the exit status.

mod args;
mod compare;
mod outputs;

use std::process::ExitCode;

use clap::Parser as _;

pub use args::CompareArgs;
pub use outputs::{OutputArgs, Outputs};

#[derive(Debug, clap::Parser)]
#[command(name = "twinroot", version, about)]
enum Cli {
    /// Compare two tarballs bit for bit and name everything that differs.
    Compare(CompareArgs),
}

/// Runs the command line; exit status 0 identical, 1 divergent or escaped, 2 trouble.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::parse() {
        Cli::Compare(args) => compare::run(&args),
    }
}
