//! Runs a plan under observation: a pipe from strace in the sandbox to the reader here.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::{fs, thread};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::bootstrap::{BuildError, at};
use crate::sandbox::plan::Plan;
use crate::trace::trace::Trace;
use crate::trace::tracker::Tracer;
use crate::trace::{bind, observed};

/// Has a plan run under observation, and says what its processes wrote.
///
/// # Errors
/// Those of `run`, or the pipe cannot be made.
pub fn observe<T>(
    mut plan: Plan,
    run: impl FnOnce(&Plan) -> Result<T, BuildError>,
) -> Result<(T, Trace), BuildError> {
    let place = Path::new("a temporary directory");
    let directory = tempfile::Builder::new()
        .prefix("twinroot-trace-")
        .tempdir()
        .map_err(at(place, "make"))?;
    let pipe = directory.path().join("pipe");
    // The sandbox's superuser is somebody else here.
    fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o711))
        .and_then(|()| mkfifo(&pipe, Mode::from_bits_truncate(0o600)).map_err(Into::into))
        .and_then(|()| fs::set_permissions(&pipe, PermissionsExt::from_mode(0o622)))
        .map_err(at(&pipe, "make"))?;
    plan.command = observed(plan.command);
    plan.binds.push(bind(directory.path()));
    // Opened for both ways a pipe neither waits for its other end nor ends before this does.
    let held = OpenOptions::new().read(true).write(true).open(&pipe);
    let held = held.map_err(at(&pipe, "open"))?;
    let reading = File::open(&pipe).map_err(at(&pipe, "open"))?;
    thread::scope(|scope| {
        let reader = scope.spawn(|| read(reading));
        let outcome = run(&plan);
        drop(held);
        let trace = reader.join().unwrap_or_default();
        Ok((outcome?, trace))
    })
}

fn read(pipe: File) -> Trace {
    let mut tracer = Tracer::default();
    let mut lines = BufReader::with_capacity(256 << 10, pipe);
    let mut line = Vec::new();
    // An error is the end of the pipe: the build's own status tells the rest.
    while let Ok(1..) = lines.read_until(b'\n', &mut line) {
        tracer.take(String::from_utf8_lossy(&line).trim_end_matches('\n'));
        line.clear();
    }
    tracer.finish()
}
