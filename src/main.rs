//! The `twinroot` command: a helper stage of a sandbox, or the command line.

use std::process::ExitCode;

use twinroot::audit::Auditor;

fn main() -> ExitCode {
    if let Some(code) = twinroot::sandbox::run_stage_if_asked(&mut Auditor::default()) {
        return code;
    }
    twinroot::cli::main()
}
