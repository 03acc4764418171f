//! The `twinroot` command: a helper stage of a sandbox, or the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = twinroot::sandbox::run_stage_if_asked(twinroot::audit::read_layers) {
        return code;
    }
    twinroot::cli::main()
}
