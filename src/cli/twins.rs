//! Both builds, their tarballs streaming into the comparison.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::process::ChildStdout;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, ScopedJoinHandle};

use super::keep::{Keep, Kept, Tee};
use super::prepare::Prepared;
use super::progress::{Stage, Stages};
use crate::build::mmdebstrap::Mode;
use crate::build::run::{Built, run};
use crate::build::{BuildError, at};
use crate::compare::{Comparison, Options, Source, SourceKind, compare};
use crate::explain::is_evidence;
use crate::sandbox::{Interrupts, Plan, SandboxError};

/// Two finished builds and how their tarballs compare.
#[derive(Debug)]
pub(super) struct Twins {
    /// The reference.
    pub(super) normal: Built,
    /// The other one, with what it changed on the outside.
    pub(super) chrootless: Built,
    /// How the tarballs compare.
    pub(super) comparison: Comparison,
}

/// How many builds run at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Jobs {
    /// One after the other; the first tarball waits in an unlinked file.
    One,
    /// Both at once.
    Two,
}

pub(super) type Stream = Box<dyn Read + Send>;

/// Builds both and compares.
///
/// # Errors
/// The first build that fails; the other is ended then.
pub(super) fn build_both(
    jobs: Jobs,
    prepared: &Prepared,
    keep: Option<&Keep>,
    interrupts: &Interrupts,
    stages: &Stages,
) -> Result<Twins, BuildError> {
    let tarball = |mode: Mode| {
        keep.map(|keep| keep.create(&format!("{}.tar", mode.label())))
            .transpose()
    };
    let kept = (tarball(Mode::Normal)?, tarball(Mode::Chrootless)?);
    let side = |mode: Mode, kept: &Option<Kept>| -> Result<Side<'_>, BuildError> {
        let copy = kept.as_ref().map(Kept::writer).transpose()?;
        Ok(Side {
            plan: prepared.plan(mode),
            copy,
            interrupts,
        })
    };
    let (normal, chrootless) = (
        side(Mode::Normal, &kept.0)?,
        side(Mode::Chrootless, &kept.1)?,
    );
    let twins = match jobs {
        Jobs::One => one_after_the_other(normal, chrootless, stages),
        Jobs::Two => at_once(normal, chrootless, stages),
    }?;
    if let Some(keep) = keep {
        keep.write("normal.log", &twins.normal.transcript_bytes)?;
        keep.write("chrootless.log", &twins.chrootless.transcript_bytes)?;
    }
    for kept in [kept.0, kept.1].into_iter().flatten() {
        kept.finish()?;
    }
    Ok(twins)
}

fn at_once(normal: Side<'_>, chrootless: Side<'_>, stages: &Stages) -> Result<Twins, BuildError> {
    thread::scope(|scope| {
        let (left_sender, left) = sync_channel(1);
        let (right_sender, right) = sync_channel(1);
        let stage = stages.start(Mode::Normal.label());
        let normal =
            scope.spawn(move || normal.build(&stage, |stream| drop(left_sender.send(stream))));
        let stage = stages.start(Mode::Chrootless.label());
        let chrootless =
            scope.spawn(move || chrootless.build(&stage, |stream| drop(right_sender.send(stream))));
        let comparison = compare_streams(
            (Mode::Normal.label(), received(&left)),
            (Mode::Chrootless.label(), received(&right)),
        );
        twins(joined(normal), joined(chrootless), comparison)
    })
}

fn one_after_the_other(
    normal: Side<'_>,
    chrootless: Side<'_>,
    stages: &Stages,
) -> Result<Twins, BuildError> {
    let unlinked = "an unlinked temporary file";
    let mut file = tempfile::tempfile().map_err(at(unlinked, "make"))?;
    let mut writer = file.try_clone().map_err(at(unlinked, "write"))?;
    let stage = stages.start(Mode::Normal.label());
    let (built, copied) = thread::scope(|scope| {
        let mut copying = None;
        let built = normal.build(&stage, |mut stream| {
            copying = Some(scope.spawn(move || io::copy(&mut stream, &mut writer)));
        });
        (built, copying.map(joined))
    });
    let built = built?;
    copied.transpose().map_err(at(unlinked, "write"))?;
    file.rewind().map_err(at(unlinked, "read"))?;
    thread::scope(|scope| {
        let (sender, right) = sync_channel(1);
        let stage = stages.start(Mode::Chrootless.label());
        let chrootless =
            scope.spawn(move || chrootless.build(&stage, |stream| drop(sender.send(stream))));
        let comparison = compare_streams(
            (Mode::Normal.label(), Some(Box::new(file))),
            (Mode::Chrootless.label(), received(&right)),
        );
        twins(Ok(built), joined(chrootless), comparison)
    })
}

/// One build.
struct Side<'a> {
    plan: Plan,
    copy: Option<File>,
    interrupts: &'a Interrupts,
}

impl Side<'_> {
    fn build(self, stage: &Stage, sink: impl FnOnce(Stream)) -> Result<Built, BuildError> {
        let Self {
            plan,
            copy,
            interrupts,
        } = self;
        let pass = |stream: ChildStdout| match copy {
            Some(copy) => sink(Box::new(Tee::new(stream, copy))),
            None => sink(Box::new(stream)),
        };
        let built = run(&plan, interrupts, pass, &|line| stage.say(line));
        match &built {
            Ok(_) => stage.finish("built"),
            // The other build's work is for nothing now.
            Err(_) => interrupts.cancel(),
        }
        built
    }
}

/// The stream of a build; `None` when it failed before it had one.
pub(super) fn received(receiver: &Receiver<Stream>) -> Option<Stream> {
    receiver.recv().ok()
}

pub(super) fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Compares two streams, each with its label.
pub(super) fn compare_streams(
    normal: (&str, Option<Stream>),
    chrootless: (&str, Option<Stream>),
) -> Option<Comparison> {
    let source = |label: &str, stream| Source {
        label: label.to_owned(),
        name: format!("{label}.tar"),
        kind: SourceKind::Stream(stream),
    };
    let (left, right) = (
        source(normal.0, normal.1?),
        source(chrootless.0, chrootless.1?),
    );
    let options = Options {
        collect: Some(is_evidence),
        ..Options::default()
    };
    Some(compare(left, right, &options, &|_| ()))
}

/// Puts the results together; of two errors the one that did not follow from the other.
fn twins(
    normal: Result<Built, BuildError>,
    chrootless: Result<Built, BuildError>,
    comparison: Option<Comparison>,
) -> Result<Twins, BuildError> {
    let is_consequence =
        |error: &BuildError| matches!(error, BuildError::Sandbox(SandboxError::Interrupted));
    match (normal, chrootless, comparison) {
        (Ok(normal), Ok(chrootless), Some(comparison)) => Ok(Twins {
            normal,
            chrootless,
            comparison,
        }),
        (Err(first), Err(second), _) => Err(if is_consequence(&first) {
            second
        } else {
            first
        }),
        (Err(error), Ok(_), _) | (Ok(_), Err(error), _) => Err(error),
        (Ok(_), Ok(_), None) => Err(SandboxError::Interrupted.into()),
    }
}
