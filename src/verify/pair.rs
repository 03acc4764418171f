//! The two builds that are compared entry by entry.

use std::fs::File;

use crate::bootstrap::at;
use crate::bootstrap::build::Built;
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::transcript::BuildFailure;
use crate::debian::failed_script::FailedScript;
use crate::sandbox::launch::SandboxError;
use crate::sandbox::plan::{Plan, Tracing};
use crate::verify::against::Compared;
use crate::verify::artifacts::{Artifact, Tee};
use crate::verify::error::Error;
use crate::verify::executor::{Job, Sink};
use crate::verify::observer::{Stage, StageResult};
use crate::verify::prepared::Prepared;
use crate::verify::requests::PairModes;
use crate::verify::session::{Session, events_to};
use crate::verify::side_by_side::{self, Finished, Kept, UNLINKED};

/// The first build of both modes.
#[derive(Debug)]
pub(crate) struct FirstBuilds {
    /// The reference.
    pub(crate) normal: Built,
    /// What became of the other one.
    pub(crate) chrootless: Chrootless,
}

/// What became of a chrootless build beside a normal one that succeeded.
#[derive(Debug)]
pub(crate) enum Chrootless {
    /// It was compared.
    Compared(Box<Compared>),
    /// A maintainer script failed.
    Failed {
        /// The failure, which [`failed_script`] finds a script in.
        error: Error,
        /// The normal tarball.
        reference: File,
    },
}

/// The maintainer script because of which a build failed.
pub(crate) fn failed_script(error: &Error) -> Option<&FailedScript> {
    match &error.failed_build()?.failure {
        BuildFailure::Script(script) => Some(script),
        BuildFailure::Unmet(_)
        | BuildFailure::Message(_)
        | BuildFailure::Silent
        | BuildFailure::Signal(_) => None,
    }
}

/// Copies of the tarballs of a pair, in unlinked temporary files; `None` if nobody needs one.
#[derive(Debug, Default)]
pub(crate) struct Copies {
    /// Of the normal build.
    pub(crate) normal: Option<File>,
    /// Of the chrootless build.
    pub(crate) chrootless: Option<File>,
}

/// Builds both and compares, and has the tarballs copied.
///
/// # Errors
/// The build that failed first; it ended the other one. A chrootless build that fails because of
/// a maintainer script is no error, if the normal one succeeds.
pub(crate) fn build(
    modes: PairModes,
    tracing: Tracing,
    kept: &Copies,
    prepared: &Prepared,
    session: Session<'_>,
) -> Result<FirstBuilds, Error> {
    let labels = [modes.normal, modes.chrootless].map(|mode| mode.mode().label());
    let mut normal = Side::open(modes.normal, session)?;
    let mut chrootless = Side::open(modes.chrootless, session)?;
    normal.also_to(kept.normal.as_ref())?;
    chrootless.also_to(kept.chrootless.as_ref())?;
    let (normal_artifact, chrootless_artifact) = (normal.artifact, chrootless.artifact);
    let (normal_copies, chrootless_copies) = (normal.copies, chrootless.copies);
    let kept = side_by_side::run(
        session.concurrency,
        labels,
        |sink| {
            let plan = prepared.plan(modes.normal);
            run(modes.normal, plan, normal_copies, session, sink)
        },
        |sink| {
            let plan = prepared.observed_plan(modes.chrootless, tracing);
            run(modes.chrootless, plan, chrootless_copies, session, sink)
        },
    )?;
    let pair = put_together(kept)?;
    if let Some(artifacts) = session.artifacts {
        artifacts.write("normal.log", &pair.normal.transcript_bytes)?;
    }
    normal_artifact.iter().try_for_each(Artifact::finish)?;
    if let Chrootless::Compared(compared) = &pair.chrootless {
        if let Some(artifacts) = session.artifacts {
            artifacts.write("chrootless.log", &compared.built.transcript_bytes)?;
        }
        chrootless_artifact.iter().try_for_each(Artifact::finish)?;
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

    fn also_to(&mut self, file: Option<&File>) -> Result<(), Error> {
        let copy = file.map(File::try_clone).transpose();
        self.copies.extend(copy.map_err(at(UNLINKED, "write"))?);
        Ok(())
    }
}

fn run(
    mode: BuildMode,
    plan: Plan,
    copies: Vec<File>,
    session: Session<'_>,
    sink: Sink<'_>,
) -> Result<Built, Error> {
    let stage = session.observer.started(Stage::Build(mode.label()));
    let job = Job {
        plan,
        sink: Box::new(move |stream| sink(Box::new(Tee::new(stream, copies)))),
        watch: &events_to(&*stage),
    };
    let built = session.executor.run(job, session.interrupts);
    let built = built.map_err(Error::from);
    match &built {
        Ok(_) => stage.finished(StageResult::Built),
        // The other build says whether the script fails there too.
        Err(error) if mode.mode() == Mode::Chrootless && failed_script(error).is_some() => {}
        // The other build's work is for nothing now.
        Err(_) => session.interrupts.cancel(),
    }
    built
}

/// Of two errors, the one that did not follow from the other.
fn put_together(kept: Kept<Built, Built>) -> Result<FirstBuilds, Error> {
    let Finished {
        left,
        right,
        comparison,
    } = kept.finished;
    let interrupted = || Error::from(SandboxError::Interrupted);
    let right = right.unwrap_or_else(|| Err(interrupted()));
    match (left, right) {
        (Ok(normal), Ok(built)) => {
            let comparison = comparison.ok_or_else(interrupted)?;
            Ok(FirstBuilds {
                normal,
                chrootless: Chrootless::Compared(Box::new(Compared { built, comparison })),
            })
        }
        (Err(first), Err(second)) if first.is_interrupted() => Err(second),
        (Ok(normal), Err(error)) if failed_script(&error).is_some() => {
            let reference = kept.left_tarball.ok_or_else(interrupted)?;
            Ok(FirstBuilds {
                normal,
                chrootless: Chrootless::Failed { error, reference },
            })
        }
        (Err(error), _) | (Ok(_), Err(error)) => Err(error),
    }
}
