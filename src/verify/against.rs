//! One build that is compared with the normal tarball, which waits in a file.

use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::bootstrap::build::Built;
use crate::compare::comparison::Comparison;
use crate::input::source::SourceKind;
use crate::sandbox::launch::SandboxError;
use crate::sandbox::plan::Plan;
use crate::verify::artifacts::{Artifact, Tee};
use crate::verify::error::Error;
use crate::verify::executor::{Job, Stream};
use crate::verify::observer::{Stage, StageResult};
use crate::verify::session::{Session, events_to};
use crate::verify::side_by_side::{compare_chroots, joined, received};

/// A build that was compared with the reference.
#[derive(Debug)]
pub(crate) struct Compared {
    /// The build.
    pub(crate) built: Built,
    /// How it compares.
    pub(crate) comparison: Comparison,
}

impl Compared {
    /// Whether it differs from the reference.
    pub(crate) fn is_divergent(&self) -> bool {
        !self.comparison.is_identical()
    }

    /// Whether it changed something outside.
    pub(crate) fn has_changes(&self) -> bool {
        !self.built.changes.is_empty()
    }
}

/// The normal tarball of the pair.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reference<'a> {
    /// Its label.
    pub(crate) label: &'static str,
    /// The tarball.
    pub(crate) tarball: &'a File,
}

/// Makes a build, and compares it with the reference. Its tarball and its transcript are kept by
/// its label.
///
/// # Errors
/// The build failed, or what is kept cannot be written.
pub(crate) fn build(
    label: &'static str,
    plan: Plan,
    reference: Reference<'_>,
    session: Session<'_>,
) -> Result<Compared, Error> {
    let stage = session.observer.started(Stage::Build(label));
    let tarball = format!("{label}.tar");
    let artifact = session
        .artifacts
        .map(|artifacts| artifacts.create(&tarball));
    let artifact = artifact.transpose()?;
    let copy = artifact.as_ref().map(Artifact::writer).transpose()?;
    let (built, comparison) = thread::scope(|scope| {
        let (sender, stream) = sync_channel::<Stream>(1);
        let comparing = scope.spawn(move || {
            let kinds = [reference.again(), SourceKind::Stream(received(&stream)?)];
            Some(compare_chroots([reference.label, label], kinds))
        });
        let copies = copy.into_iter().collect();
        let job = Job {
            plan,
            // A comparison that has ended needs no stream.
            sink: Box::new(move |stream| drop(sender.send(Box::new(Tee::new(stream, copies))))),
            watch: &events_to(&*stage),
        };
        let built = session.executor.run(job, session.interrupts);
        (built.map_err(Error::from), joined(comparing))
    });
    if let (Some(artifacts), Err(error)) = (session.artifacts, &built) {
        artifacts.keep_failed(error)?;
    }
    let built = built?;
    let comparison = comparison.ok_or(SandboxError::Interrupted)?;
    if let Some(artifacts) = session.artifacts {
        artifacts.write(&format!("{label}.log"), &built.transcript_bytes)?;
    }
    if let Some(artifact) = artifact {
        artifact.finish()?;
    }
    stage.finished(StageResult::Compared {
        is_identical: comparison.is_identical(),
    });
    Ok(Compared { built, comparison })
}

impl Reference<'_> {
    /// The tarball from its beginning, whoever else reads it.
    fn again(self) -> SourceKind {
        SourceKind::File(format!("/proc/self/fd/{}", self.tarball.as_raw_fd()).into())
    }
}
