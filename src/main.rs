//! The `twinroot` command: a helper process of a sandbox, or the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    twinroot::helper_stage().unwrap_or_else(twinroot::cli::main)
}
