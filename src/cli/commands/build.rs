//! `twinroot build`: one side of verify, into a file.

use std::io::{self, Write as _};

use crate::bootstrap::at;
use crate::bootstrap::build::Built;
use crate::cli::args::build::BuildArgs;
use crate::cli::commands::doctor;
use crate::cli::output::destination::Destination;
use crate::cli::output::error::CliError;
use crate::cli::output::progress::{Stages, Verbosity};
use crate::cli::{settings, signals};
use crate::report::sentences::warning::sentence;
use crate::text::quote;
use crate::verify::single;

/// Builds one tarball; 1 if the outside was modified.
///
/// # Errors
/// It could not be built or written.
pub(crate) fn run_build(args: &BuildArgs) -> Result<u8, CliError> {
    let interrupts = signals::listen().map_err(at("signals", "listen to"))?;
    doctor::preflight()?;
    let out =
        Destination::open(&args.out, &interrupts.unfinished).map_err(at(&args.out, "create"))?;
    let mut writer = out.writer().map_err(at(&args.out, "create"))?;
    let (options, mode) = settings::of_build(args, &interrupts)?;
    let stages = Stages::new(Verbosity::from_quiet(args.recipe.quiet));
    let built = single::build(&options, mode, &args.out, &mut writer, &stages)
        .map_err(|error| CliError::from(error).of_run(&interrupts))?;
    drop(stages);
    out.finish().map_err(at(&args.out, "create"))?;
    print_findings(&built);
    Ok(u8::from(!built.changes.is_empty()))
}

/// Standard error may be closed; of what escaped, the exit status says the same.
fn print_findings(built: &Built) {
    for warning in &built.warnings {
        let _ = writeln!(io::stderr(), "warning: {}", sentence(warning));
    }
    for change in &built.changes {
        let _ = writeln!(
            io::stderr(),
            "outside: {} {}",
            change.kind.as_str(),
            quote(&change.path)
        );
    }
}
