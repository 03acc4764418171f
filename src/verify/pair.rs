//! The two builds that are compared entry by entry.

use std::fs::File;

use crate::bootstrap::at;
use crate::bootstrap::build::Built;
use crate::bootstrap::mode::BuildMode;
use crate::compare::comparison::Comparison;
use crate::sandbox::launch::SandboxError;
use crate::verify::artifacts::{Artifact, Tee};
use crate::verify::error::Error;
use crate::verify::executor::{Job, Sink};
use crate::verify::observer::{Stage, StageResult};
use crate::verify::prepared::Prepared;
use crate::verify::requests::PairModes;
use crate::verify::session::{Session, events_to};
use crate::verify::side_by_side::{self, Finished, UNLINKED};

/// Two finished builds and how their tarballs compare.
#[derive(Debug)]
pub(crate) struct Pair {
    /// How they were built.
    pub(crate) modes: PairModes,
    /// The reference.
    pub(crate) normal: Built,
    /// The build that is compared with it.
    pub(crate) chrootless: Built,
    /// How the tarballs compare.
    pub(crate) comparison: Comparison,
}

/// Builds both and compares. `reference`, if there is one, takes a copy of the normal tarball.
///
/// # Errors
/// The build that failed first; it ended the other one.
pub(crate) fn build(
    modes: PairModes,
    reference: Option<&File>,
    prepared: &Prepared,
    session: Session<'_>,
) -> Result<Pair, Error> {
    let labels = [modes.normal, modes.chrootless].map(|mode| mode.mode().label());
    let mut normal = Side::open(modes.normal, session)?;
    let chrootless = Side::open(modes.chrootless, session)?;
    let copy = reference.map(File::try_clone).transpose();
    normal.copies.extend(copy.map_err(at(UNLINKED, "write"))?);
    let (normal_artifact, chrootless_artifact) = (normal.artifact, chrootless.artifact);
    let (normal_copies, chrootless_copies) = (normal.copies, chrootless.copies);
    let finished = side_by_side::run(
        session.concurrency,
        labels,
        |sink| run(modes.normal, normal_copies, prepared, session, sink),
        |sink| run(modes.chrootless, chrootless_copies, prepared, session, sink),
    )?;
    let pair = put_together(modes, finished)?;
    if let Some(artifacts) = session.artifacts {
        artifacts.write("normal.log", &pair.normal.transcript_bytes)?;
        artifacts.write("chrootless.log", &pair.chrootless.transcript_bytes)?;
    }
    for artifact in [normal_artifact, chrootless_artifact].into_iter().flatten() {
        artifact.finish()?;
    }
    Ok(pair)
}

/// Where copies of one tarball go.
struct Side {
    artifact: Option<Artifact>,
    copies: Vec<File>,
}

impl Side {
    fn open(mode: BuildMode, session: Session<'_>) -> Result<Self, Error> {
        let name = format!("{}.tar", mode.mode().label());
        let artifact = session.artifacts.map(|artifacts| artifacts.create(&name));
        let artifact = artifact.transpose()?;
        let copy = artifact.as_ref().map(Artifact::writer).transpose()?;
        Ok(Self {
            artifact,
            copies: copy.into_iter().collect(),
        })
    }
}

fn run(
    mode: BuildMode,
    copies: Vec<File>,
    prepared: &Prepared,
    session: Session<'_>,
    sink: Sink<'_>,
) -> Result<Built, Error> {
    let stage = session.observer.started(Stage::Build(mode.label()));
    let job = Job {
        plan: prepared.plan(mode),
        sink: Box::new(move |stream| sink(Box::new(Tee::new(stream, copies)))),
        watch: &events_to(&*stage),
    };
    let built = session.executor.run(job, session.interrupts);
    match &built {
        Ok(_) => stage.finished(StageResult::Built),
        // The other build's work is for nothing now.
        Err(_) => session.interrupts.cancel(),
    }
    Ok(built?)
}

/// Of two errors, the one that did not follow from the other.
fn put_together(modes: PairModes, finished: Finished<Built, Built>) -> Result<Pair, Error> {
    let Finished {
        left,
        right,
        comparison,
    } = finished;
    let interrupted = || Error::from(SandboxError::Interrupted);
    let right = right.unwrap_or_else(|| Err(interrupted()));
    match (left, right) {
        (Ok(normal), Ok(chrootless)) => Ok(Pair {
            modes,
            normal,
            chrootless,
            comparison: comparison.ok_or_else(interrupted)?,
        }),
        (Err(first), Err(second)) if first.is_interrupted() => Err(second),
        (Err(error), _) | (Ok(_), Err(error)) => Err(error),
    }
}
