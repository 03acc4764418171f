//! One build that is compared with the normal tarball, which waits in a file.

use std::fs::File;
use std::io::Seek as _;
use std::os::fd::AsRawFd as _;
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::bootstrap::at;
use crate::bootstrap::build::Built;
use crate::compare::comparison::Comparison;
use crate::input::source::SourceKind;
use crate::sandbox::launch::SandboxError;
use crate::sandbox::plan::Plan;
use crate::trace::record::Trace;
use crate::verify::artifacts::{Artifact, Tee};
use crate::verify::error::Error;
use crate::verify::executor::{Job, Stream};
use crate::verify::observer::{Stage, StageObserver, StageResult};
use crate::verify::session::{Session, events_to};
use crate::verify::side_by_side::{UNLINKED, compare_chroots, joined, received};

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

    /// Whether it changed something outside, or would have if that were not read-only.
    pub(crate) fn has_changes(&self) -> bool {
        let trace = self.built.trace.as_ref();
        !self.built.changes.is_empty() || trace.is_some_and(Trace::has_refused)
    }
}

/// A tarball that builds are compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reference<'a> {
    /// Its label.
    pub(crate) label: &'static str,
    /// The tarball.
    pub(crate) tarball: &'a File,
}

/// Makes a build, and compares it with the reference. Its tarball and its transcript are kept by
/// its label; the file `copy`, if there is one, takes its tarball too. A build that cannot be
/// observed to its end is made again without an observer, unless its audit needs one.
///
/// # Errors
/// The build failed, or what is kept cannot be written.
pub(crate) fn build(
    label: &'static str,
    plan: Plan,
    reference: Reference<'_>,
    copy: Option<&File>,
    session: Session<'_>,
) -> Result<Compared, Error> {
    let unobserved = plan.without_tracing();
    let once = |plan| build_once(label, plan, reference, copy, session);
    match (once(plan), unobserved) {
        (Err(error), Some(plan)) if error.is_observer_lost() => once(plan),
        (outcome, _) => outcome,
    }
}

fn build_once(
    label: &'static str,
    plan: Plan,
    reference: Reference<'_>,
    copy: Option<&File>,
    session: Session<'_>,
) -> Result<Compared, Error> {
    let copy = copy.map(emptied).transpose()?;
    let stage = session.observer.started(Stage::Build(label));
    let tarball = format!("{label}.tar");
    let artifact = session
        .artifacts
        .map(|artifacts| artifacts.create(&tarball));
    let artifact = artifact.transpose()?;
    let kept = artifact.as_ref().map(Artifact::writer).transpose()?;
    let run = Run {
        labels: [reference.label, label],
        plan,
        copies: kept.into_iter().chain(copy).collect(),
        reference: Some(reference),
    };
    let Ran { built, comparison } = run.against_reference(&*stage, session);
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

/// A file for a copy, without what an earlier build has left in it.
fn emptied(file: &File) -> Result<File, Error> {
    let emptied = || {
        let mut copy = file.try_clone()?;
        copy.set_len(0)?;
        copy.rewind()?;
        Ok(copy)
    };
    emptied().map_err(|error| at(UNLINKED, "write")(error).into())
}

/// A build, and what its tarball is compared with as it comes.
pub(crate) struct Run<'a> {
    /// Names of the two tarballs.
    pub(crate) labels: [&'static str; 2],
    /// The build.
    pub(crate) plan: Plan,
    /// What take a copy of its tarball.
    pub(crate) copies: Vec<File>,
    /// The left tarball; `None` if it is compared with nothing.
    pub(crate) reference: Option<Reference<'a>>,
}

/// What became of a run.
pub(crate) struct Ran {
    /// The build.
    pub(crate) built: Result<Built, Error>,
    /// How it compares; `None` if it had no tarball, or there was nothing to compare it with.
    pub(crate) comparison: Option<Comparison>,
}

impl Run<'_> {
    pub(crate) fn against_reference(self, stage: &dyn StageObserver, session: Session<'_>) -> Ran {
        thread::scope(|scope| {
            let (sender, stream) = sync_channel::<Stream>(1);
            let (labels, reference) = (self.labels, self.reference);
            let comparing = scope.spawn(move || {
                let mut stream = received(&stream)?;
                let Some(reference) = reference else {
                    // A build that nobody reads from never ends.
                    drop(std::io::copy(&mut stream, &mut std::io::sink()));
                    return None;
                };
                let kinds = [reference.again(), SourceKind::Stream(stream)];
                Some(compare_chroots(labels, kinds))
            });
            let copies = self.copies;
            let job = Job {
                plan: self.plan,
                // A comparison that has ended needs no stream.
                sink: Box::new(move |stream| drop(sender.send(Box::new(Tee::new(stream, copies))))),
                watch: &events_to(stage),
            };
            let built = session.executor.run(job, session.interrupts);
            Ran {
                built: built.map_err(Error::from),
                comparison: joined(comparing),
            }
        })
    }
}

impl Reference<'_> {
    /// The tarball from its beginning, whoever else reads it.
    fn again(self) -> SourceKind {
        SourceKind::File(format!("/proc/self/fd/{}", self.tarball.as_raw_fd()).into())
    }
}
