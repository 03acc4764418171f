//! Both builds, their tarballs streaming into the comparison.

use std::fs::File;
use std::io::{Read, Seek};
use std::process::ChildStdout;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::ScopedJoinHandle;
use std::{io, thread};

use crate::bootstrap::build::{Built, run};
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::error::{Error as BuildError, at};
use crate::bootstrap::mode::BuildMode;
use crate::cli::output::progress::{Stage, Stages};
use crate::compare::compare;
use crate::compare::comparison::Comparison;
use crate::compare::options::Options;
use crate::explain::ownership::is_evidence;
use crate::input::source::{Source, SourceKind};
use crate::sandbox::launch::{Interrupts, SandboxError};
use crate::sandbox::plan::Plan;
use crate::verify::artifacts::{Keep, Kept, Tee};
use crate::verify::prepare::Prepared;

/// Two finished builds and how their tarballs compare.
#[derive(Debug)]
pub(crate) struct Twins {
    /// The reference.
    pub(crate) normal: Built,
    /// The other one, with what it changed on the outside.
    pub(crate) chrootless: Built,
    /// How the tarballs compare.
    pub(crate) comparison: Comparison,
}

/// How many builds run at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Jobs {
    /// One after the other; the first tarball waits in an unlinked file.
    One,
    /// Both at once.
    Two,
}

pub(crate) type Stream = Box<dyn Read + Send>;

/// The two ways that are compared entry by entry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    /// The reference.
    pub(crate) normal: BuildMode,
    /// The one that is held against it.
    pub(crate) chrootless: BuildMode,
}

/// Where copies of the tarballs go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Copies<'a> {
    /// `--keep`.
    pub(crate) keep: Option<&'a Keep>,
    /// A file that takes the reference, for further builds to be compared with.
    pub(crate) reference: Option<&'a File>,
}

/// Builds both and compares.
///
/// # Errors
/// The first build that fails; the other is ended then.
pub(crate) fn build_both(
    jobs: Jobs,
    prepared: &Prepared,
    pair: Pair,
    copies: Copies<'_>,
    interrupts: &Interrupts,
    stages: &Stages,
) -> Result<Twins, BuildError> {
    let kept = |way: BuildMode| {
        let name = format!("{}.tar", way.mode().label());
        copies.keep.map(|keep| keep.create(&name)).transpose()
    };
    let kept = (kept(pair.normal)?, kept(pair.chrootless)?);
    let side = |way: BuildMode, copies: Vec<File>| Side {
        label: way.label(),
        plan: prepared.plan(way),
        copies,
        interrupts,
    };
    let writer = |kept: &Option<Kept>| kept.as_ref().map(Kept::writer).transpose();
    let reference = copies.reference.map(File::try_clone).transpose();
    let reference = reference.map_err(at(UNLINKED, "write"))?;
    let normal = writer(&kept.0)?.into_iter().chain(reference).collect();
    let normal = side(pair.normal, normal);
    let chrootless = side(pair.chrootless, writer(&kept.1)?.into_iter().collect());
    let twins = match jobs {
        Jobs::One => one_after_the_other(normal, chrootless, stages),
        Jobs::Two => at_once(normal, chrootless, stages),
    }?;
    if let Some(keep) = copies.keep {
        keep.write("normal.log", &twins.normal.transcript_bytes)?;
        keep.write("chrootless.log", &twins.chrootless.transcript_bytes)?;
    }
    for kept in [kept.0, kept.1].into_iter().flatten() {
        kept.finish()?;
    }
    Ok(twins)
}

/// What messages call a temporary file that has no name.
pub(crate) const UNLINKED: &str = "an unlinked temporary file";

fn at_once(normal: Side<'_>, chrootless: Side<'_>, stages: &Stages) -> Result<Twins, BuildError> {
    thread::scope(|scope| {
        let (left_sender, left) = sync_channel(1);
        let (right_sender, right) = sync_channel(1);
        let stage = stages.start(normal.label);
        let normal =
            scope.spawn(move || normal.build(&stage, |stream| drop(left_sender.send(stream))));
        let stage = stages.start(chrootless.label);
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
    let mut file = tempfile::tempfile().map_err(at(UNLINKED, "make"))?;
    let mut writer = file.try_clone().map_err(at(UNLINKED, "write"))?;
    let stage = stages.start(normal.label);
    let (built, copied) = thread::scope(|scope| {
        let mut copying = None;
        let built = normal.build(&stage, |mut stream| {
            copying = Some(scope.spawn(move || io::copy(&mut stream, &mut writer)));
        });
        (built, copying.map(joined))
    });
    let built = built?;
    copied.transpose().map_err(at(UNLINKED, "write"))?;
    file.rewind().map_err(at(UNLINKED, "read"))?;
    thread::scope(|scope| {
        let (sender, right) = sync_channel(1);
        let stage = stages.start(chrootless.label);
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
    label: &'static str,
    plan: Plan,
    copies: Vec<File>,
    interrupts: &'a Interrupts,
}

impl Side<'_> {
    fn build(self, stage: &Stage, sink: impl FnOnce(Stream)) -> Result<Built, BuildError> {
        let Self {
            plan,
            copies,
            interrupts,
            ..
        } = self;
        let pass = |stream: ChildStdout| sink(Box::new(Tee::new(stream, copies)));
        let built = run(&plan, interrupts, pass, &|event| stage.watch(event));
        match &built {
            Ok(_) => stage.finish("built"),
            // The other build's work is for nothing now.
            Err(_) => interrupts.cancel(),
        }
        built
    }
}

/// The stream of a build; `None` when it failed before it had one.
pub(crate) fn received(receiver: &Receiver<Stream>) -> Option<Stream> {
    receiver.recv().ok()
}

pub(crate) fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Compares two streams, each with its label.
pub(crate) fn compare_streams(
    normal: (&str, Option<Stream>),
    chrootless: (&str, Option<Stream>),
) -> Option<Comparison> {
    Some(compare_chroots(
        (normal.0, SourceKind::Stream(normal.1?)),
        (chrootless.0, SourceKind::Stream(chrootless.1?)),
    ))
}

/// Compares two tarballs of chroots, each with its label, and collects what explaining reads.
pub(crate) fn compare_chroots(left: (&str, SourceKind), right: (&str, SourceKind)) -> Comparison {
    let source = |(label, kind): (&str, SourceKind)| Source {
        label: label.to_owned(),
        name: format!("{label}.tar"),
        kind,
    };
    let options = Options {
        collect: Some(is_evidence),
        ..Options::default()
    };
    compare(source(left), source(right), &options, &|_| ())
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
