//! `twinroot completions SHELL`.

use std::io::{self, Write as _};

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::args::Cli;
use crate::cli::output::error::CliError;

/// Prints the completions; 0.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn print(shell: Shell) -> Result<u8, CliError> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "twinroot", &mut text);
    match io::stdout().lock().write_all(&text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("standard output")?
        }
        _ => Ok(0),
    }
}
