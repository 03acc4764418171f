//! `twinroot build`: one side of verify, into a file.

use std::io::Write as _;
use std::process::ChildStdout;
use std::{io, thread};

use crate::bootstrap::build::{Built, run};
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::{BuildError, at};
use crate::cli::args::build::BuildArgs;
use crate::cli::commands::doctor;
use crate::cli::output::destination::Destination;
use crate::cli::output::progress::{Stages, Verbosity};
use crate::cli::{Trouble, signals};
use crate::sandbox::launch::Interrupts;
use crate::text::quote;
use crate::verify::prepare::prepare;

/// Builds one tarball; 1 where the outside was modified.
///
/// # Errors
/// Trouble.
pub(crate) fn run_build(args: &BuildArgs) -> Result<u8, Trouble> {
    doctor::preflight()?;
    let interrupts = signals::listen().map_err(at("signals", "listen to"))?;
    let built =
        build(args, &interrupts).map_err(|error| Trouble::from(error).of_run(&interrupts))?;
    // Standard error may be closed; of what escaped, the exit status says the same.
    if let Some(warning) = built.transcript.emulation_warning() {
        let _ = writeln!(io::stderr(), "warning: {warning}");
    }
    for change in &built.changes {
        let _ = writeln!(
            io::stderr(),
            "outside: {} {}",
            change.kind.as_str(),
            quote(&change.path)
        );
    }
    Ok(u8::from(!built.changes.is_empty()))
}

fn build(args: &BuildArgs, interrupts: &Interrupts) -> Result<Built, BuildError> {
    let out = Destination::open(&args.out).map_err(at(&args.out, "create"))?;
    let mut writer = out.writer().map_err(at(&args.out, "create"))?;
    let stages = Stages::new(if args.recipe.quiet {
        Verbosity::Quiet
    } else {
        Verbosity::Progress
    });
    let way = match args.mode {
        Mode::Normal => BuildMode::Normal(args.mode_reference),
        Mode::Chrootless => BuildMode::Chrootless(args.technique),
    };
    let prepared = prepare(
        (&args.suite, args.mirror.as_deref()),
        &args.recipe,
        &[way],
        interrupts,
        &stages,
    )?;
    let stage = stages.start(way.label());
    let (built, copied) = thread::scope(|scope| {
        let mut copying = None;
        let copy = |mut stream: ChildStdout| {
            copying = Some(scope.spawn(move || io::copy(&mut stream, &mut writer)));
        };
        let built = run(&prepared.plan(way), interrupts, copy, &|line| {
            stage.say(line)
        });
        (built, copying.and_then(|thread| thread.join().ok()))
    });
    let built = built?;
    copied.transpose().map_err(at(&args.out, "write"))?;
    out.finish().map_err(at(&args.out, "create"))?;
    stage.finish("built");
    Ok(built)
}
