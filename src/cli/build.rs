//! `twinroot build`: one side of verify, into a file.

use std::fs::File;
use std::io;
use std::process::ChildStdout;
use std::thread;

use super::Found;
use super::args::{BuildArgs, ModeArg};
use super::prepare::prepare;
use super::progress::{Noise, Stages};
use super::signals;
use crate::build::mmdebstrap::Mode;
use crate::build::run::run;
use crate::build::{BuildError, at};

/// Builds one tarball.
///
/// # Errors
/// Trouble.
pub fn run_build(args: &BuildArgs) -> Result<Found, BuildError> {
    let interrupts = signals::listen().map_err(at("signals", "listen to"))?;
    let stages = Stages::new(if args.recipe.quiet { Noise::Quiet } else { Noise::Progress });
    let prepared = prepare(&args.suite, args.mirror.as_deref(), &args.recipe, &interrupts, &stages)?;
    let mode = match args.mode {
        ModeArg::Normal => Mode::Normal,
        ModeArg::Chrootless => Mode::Chrootless,
    };
    let stage = stages.start(mode.label());
    let mut out = File::create(&args.out).map_err(at(&args.out, "create"))?;
    let built = thread::scope(|scope| {
        let copy = |mut stream: ChildStdout| {
            scope.spawn(move || io::copy(&mut stream, &mut out));
        };
        run(&prepared.plan(mode), &interrupts, copy, &|line| stage.say(line))
    })?;
    stage.finish("done");
    for change in &built.changes {
        eprintln!("{} {}", change.kind.word(), change.path.escape_ascii());
        for field in &change.fields { eprintln!("   {} {} | {}", field.name, field.before, field.after); }
    }
    Ok(if built.changes.is_empty() { Found::Nothing } else { Found::Something })
}
