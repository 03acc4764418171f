//! Further builds that explain what the compared ones showed: both modes under observation, and a
//! control.
//!
//! The compared builds are never observed: what is observed here are builds of their own. The
//! control is a second and a third normal build, compared with each other: what differs between
//! those does not come from `DPKG_ROOT`.

use std::thread;

use crate::bootstrap::build::{Built, discard};
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::BuildMode;
use crate::compare::comparison::Comparison;
use crate::sandbox::plan::Plan;
use crate::trace::record::Trace;
use crate::verify::error::Error;
use crate::verify::executor::{Job, Sink};
use crate::verify::leak_check::AlteredSystem;
use crate::verify::note::{Note, Wanted};
use crate::verify::observer::{Stage, StageResult};
use crate::verify::options::Concurrency;
use crate::verify::prepared::Prepared;
use crate::verify::requests::ObservationRequests;
use crate::verify::session::{Session, events_to};
use crate::verify::side_by_side::{self, Finished, joined};

/// A build under observation.
#[derive(Debug)]
pub struct Observed {
    /// The build.
    pub built: Built,
    /// What its processes did.
    pub trace: Trace,
}

/// What the further builds gave.
#[derive(Debug, Default)]
pub(crate) struct Observation {
    /// The normal build.
    pub(crate) normal: Option<Observed>,
    /// The chrootless build.
    pub(crate) chrootless: Option<Observed>,
    /// A chrootless build on each altered outside system, by its position.
    pub(crate) altered: Vec<Option<Observed>>,
    /// Two normal builds compared with each other.
    pub(crate) control: Option<Comparison>,
    /// What is missing, and why.
    pub(crate) notes: Vec<Note>,
}

/// Runs the further builds.
///
/// # Errors
/// A signal. A build that fails under
/// observation is a note: the verdict stands without it.
pub(crate) fn observe(
    requests: ObservationRequests,
    altered: &[AlteredSystem],
    prepared: &Prepared,
    session: Session<'_>,
) -> Result<Observation, Error> {
    let mut observation = Observation::default();
    let further = Further { prepared, session };
    let outcomes = further.run(requests)?;
    observation.take(outcomes)?;
    if requests.altered {
        for system in altered {
            let observed = observation.on_altered(system, &further)?;
            observation.altered.push(observed);
        }
    }
    Ok(observation)
}

impl Observation {
    fn take(&mut self, outcomes: Outcomes) -> Result<(), Error> {
        let Outcomes {
            normal,
            chrootless,
            control,
        } = outcomes;
        self.normal = self.noted(Wanted::Normal, normal)?;
        self.chrootless = self.noted(Wanted::Chrootless, chrootless)?;
        match control {
            None => {}
            Some(Ok(Some(comparison))) => self.control = Some(comparison),
            Some(Ok(None)) => self.notes.push(Note::NoTarball),
            Some(Err(error)) => {
                let _: Option<()> = self.noted(Wanted::Control, Some(Err(error)))?;
            }
        }
        Ok(())
    }

    fn on_altered(
        &mut self,
        system: &AlteredSystem,
        further: &Further<'_>,
    ) -> Result<Option<Observed>, Error> {
        let sink: Sink<'_> = Box::new(discard);
        let plan = system.plan(further.prepared);
        let observed = further.observed(Stage::ObserveAltered, plan, sink);
        self.noted(Wanted::OnAltered(system.label), Some(observed))
    }

    /// An interruption ends the run; any other failure becomes a note.
    fn noted<T>(
        &mut self,
        wanted: Wanted,
        outcome: Option<Result<T, Error>>,
    ) -> Result<Option<T>, Error> {
        match outcome {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(error)) if error.is_interrupted() => Err(error),
            Some(Err(error)) => {
                self.notes.push(Note::Failed(wanted, error));
                Ok(None)
            }
        }
    }
}

/// What became of each further build that was asked for.
struct Outcomes {
    normal: Option<Result<Observed, Error>>,
    chrootless: Option<Result<Observed, Error>>,
    /// `None` inside if a build had no tarball.
    control: Option<Result<Option<Comparison>, Error>>,
}

/// How the further builds are made.
struct Further<'a> {
    prepared: &'a Prepared,
    session: Session<'a>,
}

impl Further<'_> {
    fn run(&self, requests: ObservationRequests) -> Result<Outcomes, Error> {
        let chrootless = || {
            requests
                .chrootless
                .then(|| self.observed_mode(Mode::Chrootless, Box::new(discard)))
        };
        if requests.control {
            let (normal, control) = self.control(requests.normal)?;
            return Ok(Outcomes {
                normal,
                chrootless: chrootless(),
                control: Some(control),
            });
        }
        let normal = || {
            requests
                .normal
                .then(|| self.observed_mode(Mode::Normal, Box::new(discard)))
        };
        let (normal, chrootless) = match self.session.concurrency {
            Concurrency::One => (normal(), chrootless()),
            Concurrency::Two => thread::scope(|scope| {
                let chrootless = scope.spawn(chrootless);
                (normal(), joined(chrootless))
            }),
        };
        Ok(Outcomes {
            normal,
            chrootless,
            control: None,
        })
    }

    /// Two normal builds compared with each other, the first one observed if that is wanted.
    #[expect(clippy::type_complexity, reason = "the two outcomes of one step")]
    fn control(
        &self,
        is_observed: bool,
    ) -> Result<
        (
            Option<Result<Observed, Error>>,
            Result<Option<Comparison>, Error>,
        ),
        Error,
    > {
        let first = |sink: Sink<'_>| {
            if is_observed {
                self.observed_mode(Mode::Normal, sink).map(Some)
            } else {
                self.plain(sink).map(|()| None)
            }
        };
        let Finished {
            left,
            right,
            comparison,
        } = side_by_side::run(
            self.session.concurrency,
            ["control 1", "control 2"],
            first,
            |sink| self.plain(sink),
        )?;
        let control = match right {
            None => Ok(None),
            Some(Ok(())) => Ok(comparison),
            Some(Err(error)) => Err(error),
        };
        Ok(match left {
            Ok(observed) => (observed.map(Ok), control),
            Err(error) if is_observed => (Some(Err(error)), control),
            Err(error) => (None, Err(error)),
        })
    }

    fn observed_mode(&self, mode: Mode, sink: Sink<'_>) -> Result<Observed, Error> {
        let stage = match mode {
            Mode::Normal => Stage::ObserveNormal,
            Mode::Chrootless => Stage::ObserveChrootless,
        };
        self.observed(stage, self.prepared.plan(plain_mode(mode)), sink)
    }

    fn observed(&self, stage: Stage, plan: Plan, sink: Sink<'_>) -> Result<Observed, Error> {
        let stage = self.session.observer.started(stage);
        let job = Job {
            plan,
            sink,
            watch: &events_to(&*stage),
        };
        let (built, trace) = self
            .session
            .executor
            .observe(job, self.session.interrupts)?;
        stage.finished(StageResult::Observed(trace.stops));
        Ok(Observed { built, trace })
    }

    fn plain(&self, sink: Sink<'_>) -> Result<(), Error> {
        let stage = self.session.observer.started(Stage::Control);
        let job = Job {
            plan: self.prepared.plan(plain_mode(Mode::Normal)),
            sink,
            watch: &events_to(&*stage),
        };
        let _ = self.session.executor.run(job, self.session.interrupts)?;
        stage.finished(StageResult::Built);
        Ok(())
    }
}

/// What is observed, and controlled, is the plain build: what a technique adds is found by
/// comparing it with that.
fn plain_mode(mode: Mode) -> BuildMode {
    let [normal, chrootless] = BuildMode::ORDINARY;
    match mode {
        Mode::Normal => normal,
        Mode::Chrootless => chrootless,
    }
}
