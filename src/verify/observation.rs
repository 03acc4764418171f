//! More builds after a result that needs explaining: both modes under observation, and a
//! control.
//!
//! The compared builds stay untouched: what is observed here are builds of their own. The
//! control is a second and a third normal build, compared with each other: what differs
//! between those has nothing to do with `DPKG_ROOT`.

use std::io::Seek as _;
use std::sync::mpsc::sync_channel;
use std::{io, thread};

use crate::audit::method::Method;
use crate::bootstrap::build::{Built, discard, run};
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::error::{Error as BuildError, at};
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::observe;
use crate::cli::output::progress::Stages;
use crate::compare::comparison::Comparison;
use crate::sandbox::launch::{Interrupts, SandboxError};
use crate::trace::trace::Trace;
use crate::verify::pair::{Jobs, Stream, UNLINKED, compare_streams, joined, received};
use crate::verify::prepare::Prepared;

/// Which further builds are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Both modes under observation.
    pub(crate) trace: bool,
    /// The chrootless mode under observation, whatever else: writes that failed count, and what
    /// was executed proves that nothing foreign was.
    pub(crate) trace_chrootless: bool,
    /// Two normal builds compared.
    pub(crate) control: bool,
}

/// What the further builds gave.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    /// The normal build, and what its processes wrote.
    pub(crate) normal: Option<(Built, Trace)>,
    /// The chrootless build, and what its processes wrote.
    pub(crate) chrootless: Option<(Built, Trace)>,
    /// Two normal builds compared.
    pub(crate) control: Option<Comparison>,
    /// What could not be had, for the report.
    pub(crate) notes: Vec<String>,
}

/// Runs the further builds.
///
/// # Errors
/// A signal. A build that fails under observation is a note, not trouble: the verdict stands
/// without it.
pub(crate) fn observe(
    mut wanted: Wanted,
    jobs: Jobs,
    prepared: &Prepared,
    interrupts: &Interrupts,
    stages: &Stages,
) -> Result<Observed, BuildError> {
    let mut observed = Observed::default();
    if (wanted.trace || wanted.trace_chrootless) && !prepared.outside.has(observe::PROGRAM) {
        if prepared.audit == Method::ReadOnly {
            return Err(BuildError::NoStrace);
        }
        observed
            .notes
            .push("no script was observed: the outside has no strace; install it there".to_owned());
        (wanted.trace, wanted.trace_chrootless) = (false, false);
    }
    let further = Further {
        prepared,
        interrupts,
        stages,
    };
    let traced = |mode| {
        let is_wanted = wanted.trace || wanted.trace_chrootless && mode == Mode::Chrootless;
        is_wanted.then(|| further.traced(mode, &mut ignore))
    };
    let (normal, chrootless, control) = match (wanted.control, jobs) {
        (false, Jobs::One) => (traced(Mode::Normal), traced(Mode::Chrootless), None),
        (false, Jobs::Two) => thread::scope(|scope| {
            let chrootless = scope.spawn(|| traced(Mode::Chrootless));
            (traced(Mode::Normal), joined(chrootless), None)
        }),
        (true, jobs) => {
            let (normal, control) = match jobs {
                Jobs::One => further.pair_in_turn(wanted.trace)?,
                Jobs::Two => further.pair_at_once(wanted.trace),
            };
            (normal, traced(Mode::Chrootless), Some(control))
        }
    };
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

/// A build under observation.
type Seen = (Built, Trace);

/// How the further builds are made.
struct Further<'a> {
    prepared: &'a Prepared,
    interrupts: &'a Interrupts,
    stages: &'a Stages,
}

impl Further<'_> {
    fn traced(&self, mode: Mode, sink: &mut dyn FnMut(Stream)) -> Finished<Seen> {
        let stage = self.stages.start(match mode {
            Mode::Normal => "observe 1",
            Mode::Chrootless => "observe 2",
        });
        let built = observe::observe(self.prepared.plan(ordinary(mode)), |plan| {
            let sink = |stream| sink(Box::new(stream));
            run(plan, self.interrupts, sink, &|event| stage.watch(event))
        });
        finished(built, |(built, trace)| {
            stage.finish(&format!("{} calls", trace.lines));
            (built, trace)
        })
    }

    fn plain(&self, sink: &mut dyn FnMut(Stream)) -> Finished<()> {
        let stage = self.stages.start("control");
        let built = run(
            &self.prepared.plan(ordinary(Mode::Normal)),
            self.interrupts,
            |stream| sink(Box::new(stream)),
            &|event| stage.watch(event),
        );
        finished(built, |_: Built| stage.finish("built"))
    }

    /// The first of the two normal builds, observed if that is wanted.
    fn first(&self, is_traced: bool, sink: &mut dyn FnMut(Stream)) -> Option<Finished<Seen>> {
        if is_traced {
            return Some(self.traced(Mode::Normal, sink));
        }
        match self.plain(sink) {
            Ok(Ok(())) => None,
            Ok(Err(why)) => Some(Ok(Err(why))),
            Err(error) => Some(Err(error)),
        }
    }

    /// Two normal builds side by side, their tarballs streaming into a comparison.
    fn pair_at_once(&self, is_traced: bool) -> Pair {
        thread::scope(|scope| {
            let (left_sender, left) = sync_channel(1);
            let (right_sender, right) = sync_channel(1);
            let first = scope
                .spawn(move || self.first(is_traced, &mut |stream| drop(left_sender.send(stream))));
            let second =
                scope.spawn(move || self.plain(&mut |stream| drop(right_sender.send(stream))));
            let comparison = compare_streams(
                ("control 1", received(&left)),
                ("control 2", received(&right)),
            );
            control(joined(first), joined(second), comparison)
        })
    }

    /// The same one after the other; the first tarball waits in an unlinked file.
    fn pair_in_turn(&self, is_traced: bool) -> Result<Pair, BuildError> {
        let mut file = tempfile::tempfile().map_err(at(UNLINKED, "make"))?;
        let writer = file.try_clone().map_err(at(UNLINKED, "write"))?;
        let (first, copied) = thread::scope(|scope| {
            let mut copying = None;
            let first = self.first(is_traced, &mut |mut stream| {
                let mut writer = &writer;
                copying = Some(scope.spawn(move || io::copy(&mut stream, &mut writer)));
            });
            (first, copying.map(joined))
        });
        copied.transpose().map_err(at(UNLINKED, "write"))?;
        file.rewind().map_err(at(UNLINKED, "read"))?;
        Ok(thread::scope(|scope| {
            let (sender, right) = sync_channel(1);
            let second = scope.spawn(move || self.plain(&mut |stream| drop(sender.send(stream))));
            let comparison = compare_streams(
                ("control 1", Some(Box::new(file))),
                ("control 2", received(&right)),
            );
            control(first, joined(second), comparison)
        }))
    }
}

/// The first of two normal builds, where it was observed, and their comparison.
type Pair = (Option<Finished<Seen>>, Finished<Comparison>);

fn control(
    first: Option<Finished<Seen>>,
    second: Finished<()>,
    comparison: Option<Comparison>,
) -> Pair {
    let comparison = comparison.ok_or_else(|| "a build had no output".to_owned());
    (first, second.map(|second| second.and(comparison)))
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

/// What is observed, and controlled, is the plain way: what a technique adds is found by
/// comparing it with that.
fn ordinary(mode: Mode) -> BuildMode {
    let [normal, chrootless] = BuildMode::ORDINARY;
    match mode {
        Mode::Normal => normal,
        Mode::Chrootless => chrootless,
    }
}

fn ignore(stream: Stream) {
    discard(stream);
}
