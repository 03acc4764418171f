//! Extra builds, each compared with the reference. One that fails keeps none of the others from
//! being reported.

use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::bootstrap::build::Built;
use crate::bootstrap::mode::BuildMode;
use crate::compare::comparison::Comparison;
use crate::input::source::SourceKind;
use crate::sandbox::launch::SandboxError;
use crate::sandbox::plan::Plan;
use crate::verify::artifacts::{Artifact, Tee};
use crate::verify::error::Error;
use crate::verify::executor::{Job, Stream};
use crate::verify::leak_check::AlteredSystem;
use crate::verify::observer::{Stage, StageResult};
use crate::verify::pair::Pair;
use crate::verify::prepared::Prepared;
use crate::verify::requests::Requests;
use crate::verify::session::{Session, events_to};
use crate::verify::side_by_side::{compare_chroots, joined};

/// One extra build that is asked for.
#[derive(Debug, Clone)]
struct Request {
    mode: BuildMode,
    label: &'static str,
    plan: Plan,
    altered: Option<usize>,
}

/// An extra build, or why there is none.
#[derive(Debug)]
pub(crate) struct ExtraBuild {
    /// How it was built.
    pub(crate) mode: BuildMode,
    /// Its name in stages, files and reports; no two extra builds share one.
    pub(crate) label: &'static str,
    /// Which altered outside system it ran on, by its position; `None` for that of the pair.
    pub(crate) altered: Option<usize>,
    /// The build, and how it compares with the reference.
    pub(crate) outcome: Result<Compared, Error>,
}

/// A build that was compared with the reference.
#[derive(Debug)]
pub(crate) struct Compared {
    /// The build.
    pub(crate) built: Built,
    /// How it compares.
    pub(crate) comparison: Comparison,
}

impl ExtraBuild {
    /// Whether it was made and differs from the reference.
    pub(crate) fn is_divergent(&self) -> bool {
        let compared = self.outcome.as_ref();
        compared.is_ok_and(|compared| !compared.comparison.is_identical())
    }

    /// Whether it was made and changed something outside.
    pub(crate) fn has_changes(&self) -> bool {
        let compared = self.outcome.as_ref();
        compared.is_ok_and(|compared| !compared.built.changes.is_empty())
    }
}

/// The normal tarball of the pair.
#[derive(Debug, Clone, Copy)]
struct Reference<'a> {
    label: &'static str,
    tarball: &'a File,
}

/// Makes all extra builds, in their order; the plain chrootless one, if nobody asked for it, only
/// if something diverges.
///
/// # Errors
/// A signal. A build that fails is an outcome.
pub(crate) fn build(
    requests: &Requests,
    altered: &[AlteredSystem],
    pair: &Pair,
    tarball: &File,
    prepared: &Prepared,
    session: Session<'_>,
) -> Result<Vec<ExtraBuild>, Error> {
    let reference = Reference {
        label: requests.pair.normal.mode().label(),
        tarball,
    };
    let plain = |mode: &BuildMode| Request {
        mode: *mode,
        label: mode.technique(),
        plan: prepared.plan(*mode),
        altered: None,
    };
    let on_altered = |(number, system): (usize, &AlteredSystem)| Request {
        mode: system.mode(),
        label: system.label,
        plan: system.plan(prepared),
        altered: Some(number),
    };
    let mut first: Vec<_> = requests.extra.iter().map(plain).collect();
    first.extend(altered.iter().enumerate().map(on_altered));
    let mut builds = build_all(first, reference, session)?;
    let is_divergent = !pair.comparison.is_identical();
    if is_divergent || builds.iter().any(ExtraBuild::is_divergent) {
        let missing = requests.plain_if_missing().iter().map(plain).collect();
        builds.extend(build_all(missing, reference, session)?);
    }
    Ok(builds)
}

fn build_all(
    requests: Vec<Request>,
    reference: Reference<'_>,
    session: Session<'_>,
) -> Result<Vec<ExtraBuild>, Error> {
    let queue = Mutex::new(requests.into_iter().enumerate());
    let mut finished: Vec<(usize, ExtraBuild)> = thread::scope(|scope| {
        let work = || {
            let mut own = Vec::new();
            loop {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((number, request)) = next else {
                    return own;
                };
                own.push((number, build_one(request, reference, session)));
            }
        };
        let workers = session.concurrency.workers();
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(joined).collect()
    });
    finished.sort_by_key(|(number, _)| *number);
    if session.interrupts.is_raised() {
        return Err(SandboxError::Interrupted.into());
    }
    Ok(finished.into_iter().map(|(_, build)| build).collect())
}

fn build_one(request: Request, reference: Reference<'_>, session: Session<'_>) -> ExtraBuild {
    let Request {
        mode,
        label,
        plan,
        altered,
    } = request;
    ExtraBuild {
        mode,
        label,
        altered,
        outcome: compared(label, plan, reference, session),
    }
}

fn compared(
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
            let kinds = [reference.again(), SourceKind::Stream(stream.recv().ok()?)];
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
