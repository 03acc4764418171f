//! The command line: arguments in, words out, and the exit status.

pub mod args;
pub(crate) mod commands;
pub mod output;
pub(crate) mod settings;
pub(crate) mod signals;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::cli::args::invocation::arguments;
use crate::cli::args::{Cli, Command};
use crate::cli::commands::{
    audit, build, compare, completions, diffoscope, doctor, man, render, verify,
};
use crate::cli::output::error::{CliError, Program};
use crate::text::shell::shell_quote;

/// Runs the command line; exit status 0 identical, 1 divergent or escaped, 2 trouble.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match arguments(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(error) => return trouble(anyhow::Error::from(error), Program::Diffoscope),
    };
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    let program = match cli.command {
        Command::Diffoscope(_) => Program::Diffoscope,
        _ => Program::Twinroot,
    };
    if let Err(error) = signals::outlive_size_limit() {
        return trouble(anyhow::Error::from(error), program);
    }
    let result = match &cli.command {
        Command::Verify(args) => verify::run_verify(args),
        Command::Build(args) => build::run_build(args),
        Command::Audit(args) => audit::run_audit(args),
        Command::Compare(args) => compare::run(args),
        Command::Render(args) => render::run_render(args),
        Command::Diffoscope(args) => diffoscope::run(args),
        Command::Completions { shell } => completions::print(*shell),
        Command::Man { directory } => man::write(directory),
        Command::Doctor(args) => doctor::report(args),
    };
    ExitCode::from(result.unwrap_or_else(|error| error.print(program)))
}

fn trouble(error: anyhow::Error, program: Program) -> ExitCode {
    ExitCode::from(CliError::from(error).print(program))
}

/// Says why the arguments are refused. Who names two files without a command gets the command.
fn refused(error: &clap::Error) -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if let (ErrorKind::InvalidSubcommand, Some(left), Some(right)) =
        (error.kind(), arguments.next(), arguments.next())
        && Path::new(&left).exists()
    {
        let name = crate::text::quote(left.as_encoded_bytes());
        let [left, right] = [left, right].map(|name| shell_quote(&name.to_string_lossy()));
        let command = format!("twinroot compare {left} {right}");
        Program::Twinroot.print(
            &[],
            &format!("`{name}` is a file, not a command"),
            Some(command),
        );
        return ExitCode::from(2);
    }
    error.exit()
}
