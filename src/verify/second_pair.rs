//! A second pair, which shows what the first one cannot.
//!
//! Each of its builds is compared with the one of the same mode in the first pair: what differs
//! there does not come from `DPKG_ROOT`. In the first pair only the chrootless build is observed,
//! and only what scripts do; here the normal one is observed, and of the chrootless one who else
//! made, renamed, removed or opened something for writing. That each gives the same bytes as in the
//! first pair shows that observing changes nothing.

use std::fs::File;
use std::thread;

use crate::bootstrap::mode::BuildMode;
use crate::compare::comparison::Comparison;
use crate::sandbox::plan::{Plan, Tracing};
use crate::trace::record::Trace;
use crate::verify::against::{Reference, Run};
use crate::verify::error::Error;
use crate::verify::note::{Note, Wanted};
use crate::verify::observer::{Stage, StageResult};
use crate::verify::options::Concurrency;
use crate::verify::pair::Copies;
use crate::verify::prepared::Prepared;
use crate::verify::requests::{PairModes, SecondPair};
use crate::verify::session::Session;
use crate::verify::side_by_side::joined;

/// A build of the second pair.
#[derive(Debug)]
pub struct SecondBuild {
    /// The build.
    pub built: crate::bootstrap::build::Built,
    /// How it compares with the first build of the same mode; `None` if that was built in another
    /// way.
    pub control: Option<Comparison>,
}

impl SecondBuild {
    /// What its processes did, if it was observed.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        self.built.trace.as_ref()
    }
}

/// What the second pair gave.
#[derive(Debug, Default)]
pub(crate) struct SecondBuilds {
    /// The normal build.
    pub(crate) normal: Option<SecondBuild>,
    /// The chrootless build.
    pub(crate) chrootless: Option<SecondBuild>,
    /// What is missing, and why.
    pub(crate) notes: Vec<Note>,
}

/// Builds the second pair, if there is to be one.
///
/// # Errors
/// A signal. A build that fails is a note: the verdict stands without it.
pub(crate) fn build(
    request: SecondPair,
    first: &FirstPair<'_>,
    prepared: &Prepared,
    session: Session<'_>,
) -> Result<SecondBuilds, Error> {
    let [normal, chrootless] = match request {
        SecondPair::None => return Ok(SecondBuilds::default()),
        SecondPair::Plain => [Tracing::Off, Tracing::Off],
        SecondPair::Observed => [Tracing::Scripts, Tracing::Changes],
    };
    let [normal_mode, chrootless_mode] = BuildMode::ORDINARY;
    let one = |stage, labels, mode, tracing| {
        let request = Request {
            stage,
            labels,
            plan: prepared.observed_plan(mode, tracing),
            first: first.tarball(mode),
        };
        request.build(session)
    };
    let normal = || {
        let labels = ["normal 1", "normal 2"];
        one(Stage::SecondNormal, labels, normal_mode, normal)
    };
    let chrootless = || {
        let labels = ["chrootless 1", "chrootless 2"];
        one(Stage::SecondChrootless, labels, chrootless_mode, chrootless)
    };
    let (normal, chrootless) = match session.concurrency {
        Concurrency::One => (normal(), chrootless()),
        Concurrency::Two => thread::scope(|scope| {
            let chrootless = scope.spawn(chrootless);
            (normal(), joined(chrootless))
        }),
    };
    let mut builds = SecondBuilds::default();
    builds.normal = builds.noted(Wanted::Normal, normal)?;
    builds.chrootless = builds.noted(Wanted::Chrootless, chrootless)?;
    Ok(builds)
}

/// The first pair.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FirstPair<'a> {
    /// How it was built.
    pub(crate) modes: PairModes,
    /// Its tarballs.
    pub(crate) copies: &'a Copies,
}

impl<'a> FirstPair<'a> {
    /// The tarball that was built in this mode, if one was.
    fn tarball(&self, mode: BuildMode) -> Option<&'a File> {
        if mode == self.modes.normal {
            self.copies.normal.as_ref()
        } else if mode == self.modes.chrootless {
            self.copies.chrootless.as_ref()
        } else {
            None
        }
    }
}

impl SecondBuilds {
    /// An interruption ends the run; any other failure becomes a note.
    fn noted(
        &mut self,
        wanted: Wanted,
        outcome: Result<SecondBuild, Error>,
    ) -> Result<Option<SecondBuild>, Error> {
        match outcome {
            Ok(build) => Ok(Some(build)),
            Err(error) if error.is_interrupted() => Err(error),
            Err(error) => {
                self.notes.push(Note::Failed(wanted, error));
                Ok(None)
            }
        }
    }
}

/// One build of the pair.
struct Request<'a> {
    stage: Stage,
    labels: [&'static str; 2],
    plan: Plan,
    first: Option<&'a File>,
}

impl Request<'_> {
    fn build(self, session: Session<'_>) -> Result<SecondBuild, Error> {
        let stage = session.observer.started(self.stage);
        let [label, _] = self.labels;
        let reference = self.first.map(|tarball| Reference { label, tarball });
        let run = Run {
            labels: self.labels,
            plan: self.plan,
            copies: Vec::new(),
            reference,
        };
        let ran = run.against_reference(&*stage, session);
        let built = ran.built?;
        let result = match &built.trace {
            Some(trace) => StageResult::Observed(trace.stops),
            None => StageResult::Built,
        };
        stage.finished(result);
        Ok(SecondBuild {
            built,
            control: ran.comparison,
        })
    }
}
