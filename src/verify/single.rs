//! One side of a verification: one build, into any writer.

use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::bootstrap::at;
use crate::bootstrap::build::Built;
use crate::bootstrap::mode::BuildMode;
use crate::verify::error::Error;
use crate::verify::executor::{Executor as _, Job, Sandboxed, Stream};
use crate::verify::observer::{Observer, Stage, StageResult};
use crate::verify::options::Options;
use crate::verify::prepare::prepare;
use crate::verify::session::{Session, events_to};
use crate::verify::side_by_side::{joined, received};

/// Builds one tarball of the options' subject into `out`, which messages call `name`.
///
/// # Errors
/// It could not be built or written.
pub fn build(
    options: &Options,
    mode: BuildMode,
    name: &Path,
    out: &mut (dyn Write + Send),
    observer: &dyn Observer,
) -> Result<Built, Error> {
    let session = Session::new(options, &Sandboxed, observer);
    let prepared = prepare(&options.subject, &[mode], session)?;
    let stage = observer.started(Stage::Build(mode.label()));
    let (built, copied) = thread::scope(|scope| {
        let (sender, stream) = sync_channel::<Stream>(1);
        let copying = scope.spawn(move || match received(&stream) {
            Some(mut stream) => io::copy(&mut stream, out).map(drop),
            None => Ok(()),
        });
        let job = Job {
            plan: prepared.plan(mode),
            sink: Box::new(move |stream| drop(sender.send(stream))),
            watch: &events_to(&*stage),
        };
        let built = Sandboxed.run(job, session.interrupts);
        (built, joined(copying))
    });
    let built = built?;
    copied.map_err(at(name, "write"))?;
    stage.finished(StageResult::Built);
    Ok(built)
}
