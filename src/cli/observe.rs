//! More builds after a result that needs explaining: both modes under observation, and a
//! control.
//!
//! The compared builds stay untouched: what is observed here are builds of their own. The
//! control is a second and a third normal build, compared with each other: what differs
//! between those has nothing to do with `DPKG_ROOT`.

use std::sync::mpsc::sync_channel;
use std::thread;

use super::prepare::Prepared;
use super::progress::Stages;
use super::twins::{Stream, compare_streams, joined, received};
use crate::build::BuildError;
use crate::build::mmdebstrap::Mode;
use crate::build::run::{Built, discard, run};
use crate::build::trace::{self, Trace};
use crate::compare::Comparison;
use crate::sandbox::{Interrupts, SandboxError};

/// Which further builds are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Both modes under observation.
    pub(super) trace: bool,
    /// Two normal builds compared.
    pub(super) control: bool,
}

/// What the further builds gave.
#[derive(Debug, Default)]
pub(super) struct Observed {
    /// The normal build, and what its processes wrote.
    pub(super) normal: Option<(Built, Trace)>,
    /// The chrootless build, and what its processes wrote.
    pub(super) chrootless: Option<(Built, Trace)>,
    /// Two normal builds compared.
    pub(super) control: Option<Comparison>,
    /// What could not be had, for the report.
    pub(super) notes: Vec<String>,
}

/// Runs the further builds.
///
/// # Errors
/// A signal. A build that fails under observation is a note, not trouble: the verdict stands
/// without it.
pub(super) fn observe(
    mut wanted: Wanted,
    prepared: &Prepared,
    interrupts: &Interrupts,
    stages: &Stages,
) -> Result<Observed, BuildError> {
    let mut observed = Observed::default();
    if wanted.trace && !prepared.outside.has(trace::PROGRAM) {
        observed
            .notes
            .push("no script was observed: the outside has no strace; install it there".to_owned());
        wanted.trace = false;
    }
    let traced = |mode: Mode, sink: &mut dyn FnMut(Stream)| {
        let stage = stages.start(match mode {
            Mode::Normal => "observe 1",
            Mode::Chrootless => "observe 2",
        });
        let built = trace::observe(
            prepared.plan(mode),
            interrupts,
            |stream| sink(Box::new(stream)),
            &|line| stage.say(line),
        );
        finished(built, |(built, trace)| {
            stage.finish(&format!("{} calls", trace.lines));
            (built, trace)
        })
    };
    let plain = |sink: &mut dyn FnMut(Stream)| {
        let stage = stages.start("control");
        let built = run(
            &prepared.plan(Mode::Normal),
            interrupts,
            |stream| sink(Box::new(stream)),
            &|line| stage.say(line),
        );
        finished(built, |_: Built| stage.finish("built"))
    };
    let (normal, chrootless, control) = thread::scope(|scope| {
        let chrootless = wanted
            .trace
            .then(|| scope.spawn(|| traced(Mode::Chrootless, &mut ignore)));
        if !wanted.control {
            let normal = wanted.trace.then(|| traced(Mode::Normal, &mut ignore));
            return (normal, chrootless.map(joined), None);
        }
        let (left_sender, left) = sync_channel(1);
        let (right_sender, right) = sync_channel(1);
        let first = scope.spawn(move || {
            let mut send = |stream| drop(left_sender.send(stream));
            if wanted.trace {
                traced(Mode::Normal, &mut send).map(|seen| seen.map(Some))
            } else {
                plain(&mut send).map(|built| built.map(|()| None))
            }
        });
        let second = scope.spawn(move || plain(&mut |stream| drop(right_sender.send(stream))));
        let comparison = compare_streams(
            ("control 1", received(&left)),
            ("control 2", received(&right)),
        );
        let (first, second) = (joined(first), joined(second));
        let chrootless = chrootless.map(joined);
        let control = second.map(|second| second.and(comparison.ok_or_else(no_output)));
        (
            first.map(Result::transpose).transpose(),
            chrootless,
            Some(control),
        )
    });
    type Seen = (Built, Trace);
    let mut taken = |what: &str, outcome: Finished<Seen>| -> Result<Option<Seen>, BuildError> {
        Ok(match outcome? {
            Ok(seen) => Some(seen),
            Err(why) => {
                observed
                    .notes
                    .push(format!("{what} could not be had: {why}"));
                None
            }
        })
    };
    observed.normal = normal
        .map(|outcome| taken("an observed normal build", outcome))
        .transpose()?
        .flatten();
    observed.chrootless = chrootless
        .map(|outcome| taken("an observed chrootless build", outcome))
        .transpose()?
        .flatten();
    if let Some(outcome) = control {
        match outcome? {
            Ok(comparison) => observed.control = Some(comparison),
            Err(why) => observed
                .notes
                .push(format!("a control could not be had: {why}")),
        }
    }
    Ok(observed)
}

/// The outer error ends the run; the inner one is a note.
type Finished<T> = Result<Result<T, String>, BuildError>;

fn finished<T, R>(built: Result<T, BuildError>, then: impl FnOnce(T) -> R) -> Finished<R> {
    match built {
        Ok(built) => Ok(Ok(then(built))),
        Err(error @ BuildError::Sandbox(SandboxError::Interrupted)) => Err(error),
        Err(error) => Ok(Err(error.to_string())),
    }
}

fn no_output() -> String {
    "a build had no output".to_owned()
}

fn ignore(stream: Stream) {
    discard(stream);
}
