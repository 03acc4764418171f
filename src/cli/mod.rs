//! argv, progress, outputs and the exit status.

pub mod args;
mod build;
mod clock;
mod doctor;
mod prepare;
mod progress;
mod signals;

use std::process::ExitCode;

use clap::Parser;

use crate::build::BuildError;
use args::{Cli, Command};

/// What a run found; the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// Both tarballs are the same and nothing outside was modified: 0.
    Nothing,
    /// Divergent or escaped: 1.
    Something,
}

/// Runs the command line; exit status 0 identical, 1 divergent or escaped, 2 trouble.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        Command::Verify(_) => Ok(Found::Nothing),
        Command::Build(args) => build::run_build(args),
        Command::Doctor => doctor::report(),
    };
    match result {
        Ok(Found::Nothing) => ExitCode::SUCCESS,
        Ok(Found::Something) => ExitCode::from(1),
        Err(trouble) => {
            tell(&trouble);
            ExitCode::from(2)
        }
    }
}

/// Trouble on standard error: the transcript's end, one line, at most one hint.
#[expect(clippy::print_stderr, reason = "this is where trouble is told")]
fn tell(trouble: &BuildError) {
    for line in trouble.tail() {
        eprintln!("  | {line}");
    }
    eprintln!("twinroot: {trouble}");
    if let Some(hint) = trouble.hint() {
        eprintln!("hint: {hint}");
    }
}
