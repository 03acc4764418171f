//! Builds beside the pair that is explained: further techniques, further normal modes, a
//! different outside. Each is compared with the reference, and one that fails keeps none of the
//! others from being reported.

use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::process::ChildStdout;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::audit::change::Change;
use crate::bootstrap::BuildError;
use crate::bootstrap::build::{Built, run};
use crate::bootstrap::mode::BuildMode;
use crate::cli::args::VerifyArgs;
use crate::cli::output::progress::Stages;
use crate::compare::comparison::Comparison;
use crate::input::source::SourceKind;
use crate::report::convert::verification::BesideFacts;
use crate::report::wire::trouble::Trouble;
use crate::sandbox::launch::{Interrupts, SandboxError};
use crate::sandbox::plan::Plan;
use crate::verify::artifacts::{Keep, Tee};
use crate::verify::leak_check::Different;
use crate::verify::pair::{Jobs, Pair, Stream, Twins, compare_chroots, joined};
use crate::verify::prepare::Prepared;

/// The ways that the user asked for: a pair, and what is built beside it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The first reference and the first technique.
    pub(crate) pair: Pair,
    /// All others.
    pub(crate) besides: Vec<BuildMode>,
}

impl Asked {
    /// What the options say; what they name twice is built once.
    pub(crate) fn of(args: &VerifyArgs) -> Self {
        let [mut normal, mut chrootless] = BuildMode::ORDINARY;
        let mut normals = distinct(
            args.mode_reference
                .iter()
                .map(|one| BuildMode::Normal(one.reference())),
        );
        let mut others = distinct(
            args.technique
                .iter()
                .map(|one| BuildMode::Chrootless(one.technique())),
        );
        if !normals.is_empty() {
            normal = normals.remove(0);
        }
        if !others.is_empty() {
            chrootless = others.remove(0);
        }
        Self {
            pair: Pair { normal, chrootless },
            besides: normals.into_iter().chain(others).collect(),
        }
    }

    /// Whether there may be builds beside the pair.
    pub(crate) fn is_matrix(&self) -> bool {
        !self.besides.is_empty() || !self.plain_if_missing().is_empty()
    }

    /// The plain chrootless way where nobody asked for it: what diverges with it is no matter of
    /// a technique.
    pub(crate) fn plain_if_missing(&self) -> Vec<BuildMode> {
        let [_, plain] = BuildMode::ORDINARY;
        let is_asked = self.all().contains(&plain);
        (!is_asked).then_some(plain).into_iter().collect()
    }

    /// Every way that the user asked for.
    pub(crate) fn all(&self) -> Vec<BuildMode> {
        let pair = [self.pair.normal, self.pair.chrootless];
        pair.into_iter()
            .chain(self.besides.iter().copied())
            .collect()
    }
}

fn distinct(ways: impl Iterator<Item = BuildMode>) -> Vec<BuildMode> {
    let mut kept = Vec::new();
    for way in ways {
        if !kept.contains(&way) {
            kept.push(way);
        }
    }
    kept
}

/// What is to be built beside the pair.
fn wanted(prepared: &Prepared, ways: &[BuildMode]) -> Vec<Wanted> {
    let one = |way: &BuildMode| Wanted {
        way: *way,
        label: way.technique(),
        plan: prepared.plan(*way),
    };
    ways.iter().map(one).collect()
}

/// One build that is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// How.
    pub(crate) way: BuildMode,
    /// A word for stages and files, one of its own.
    pub(crate) label: &'static str,
    /// The sandbox.
    pub(crate) plan: Plan,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Beside {
    /// How it was built.
    pub(crate) way: BuildMode,
    /// Its word.
    pub(crate) label: &'static str,
    /// The build, and how it compares with the reference; or why there is none.
    pub(crate) outcome: Result<(Built, Comparison), BuildError>,
}

impl Beside {
    pub(crate) fn is_divergent(&self) -> bool {
        let comparison = self.outcome.as_ref().map(|(_, comparison)| comparison);
        comparison.is_ok_and(|comparison| !comparison.is_identical())
    }

    pub(crate) fn has_escapes(&self) -> bool {
        let built = self.outcome.as_ref().map(|(built, _)| built);
        built.is_ok_and(|built| !built.changes.is_empty())
    }

    /// What it changed on its outside, where it was built.
    pub(crate) fn changes(&mut self) -> Option<&mut Vec<Change>> {
        let built = self.outcome.as_mut().ok()?;
        Some(&mut built.0.changes)
    }

    /// For the report; one on another outside says on which.
    pub(crate) fn facts<'a>(&'a self, different: &'a [Different]) -> BesideFacts<'a> {
        let on = different.iter().find(|one| one.is_of(self.label));
        BesideFacts {
            label: self.label,
            way: self.way,
            on: on.map(Different::facts),
            outcome: match &self.outcome {
                Ok((built, comparison)) => Ok((built, comparison)),
                Err(error) => Err(Trouble {
                    what: error.to_string().replace('\n', " "),
                    hint: error.hint(),
                }),
            },
        }
    }
}

/// What all builds of a matrix share.
pub(crate) struct Matrix<'a> {
    /// How many at the same time.
    pub(crate) jobs: Jobs,
    /// The label of the reference.
    pub(crate) reference_label: &'static str,
    /// Its tarball.
    pub(crate) reference: &'a File,
    /// `--keep`.
    pub(crate) keep: Option<&'a Keep>,
    pub(crate) interrupts: &'a Interrupts,
    pub(crate) stages: &'a Stages,
}

impl Matrix<'_> {
    /// Everything beside a pair that is built already.
    ///
    /// # Errors
    /// A signal.
    pub(crate) fn build_all(
        &self,
        asked: &Asked,
        different: &[Different],
        prepared: &Prepared,
        pair: &Twins,
    ) -> Result<Vec<Beside>, BuildError> {
        let mut all = wanted(prepared, &asked.besides);
        all.extend(different.iter().map(|one| one.wanted(prepared)));
        let mut besides = self.build(all)?;
        let is_divergent = !pair.comparison.is_identical();
        if is_divergent || besides.iter().any(Beside::is_divergent) {
            besides.extend(self.build(wanted(prepared, &asked.plain_if_missing()))?);
        }
        Ok(besides)
    }

    /// Makes all of them, in their order.
    ///
    /// # Errors
    /// A signal. A build that fails is an outcome.
    fn build(&self, wanted: Vec<Wanted>) -> Result<Vec<Beside>, BuildError> {
        let workers = match self.jobs {
            Jobs::One => 1,
            Jobs::Two => 2,
        };
        let queue = Mutex::new(wanted.into_iter().enumerate());
        let mut finished: Vec<(usize, Beside)> = thread::scope(|scope| {
            let work = || {
                let mut own = Vec::new();
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((number, wanted)) = next else {
                        return own;
                    };
                    own.push((number, self.one(wanted)));
                }
            };
            let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            threads.into_iter().flat_map(joined).collect()
        });
        finished.sort_by_key(|(number, _)| *number);
        let besides: Vec<_> = finished.into_iter().map(|(_, beside)| beside).collect();
        if self.interrupts.is_raised() {
            return Err(SandboxError::Interrupted.into());
        }
        Ok(besides)
    }

    fn one(&self, wanted: Wanted) -> Beside {
        Beside {
            way: wanted.way,
            label: wanted.label,
            outcome: self.built(&wanted),
        }
    }

    fn built(&self, wanted: &Wanted) -> Result<(Built, Comparison), BuildError> {
        let label = wanted.label;
        let stage = self.stages.start(label);
        let kept = self.keep.map(|keep| keep.create(&format!("{label}.tar")));
        let kept = kept.transpose()?;
        let copy = kept
            .as_ref()
            .map(crate::verify::artifacts::Kept::writer)
            .transpose()?;
        let (built, comparison) = thread::scope(|scope| {
            let (sender, stream) = sync_channel::<Stream>(1);
            let comparing = scope.spawn(move || {
                let stream = stream.recv().ok()?;
                Some(compare_chroots(
                    (self.reference_label, self.reference()),
                    (label, SourceKind::Stream(stream)),
                ))
            });
            let pass = |stream: ChildStdout| {
                let copies = copy.into_iter().collect();
                // A comparison that has ended needs no stream.
                drop(sender.send(Box::new(Tee::new(stream, copies))));
            };
            let built = run(&wanted.plan, self.interrupts, pass, &|line| stage.say(line));
            (built, joined(comparing))
        });
        if let (Some(keep), Err(error)) = (self.keep, &built) {
            keep.failed(error)?;
        }
        let built = built?;
        let comparison = comparison.ok_or(SandboxError::Interrupted)?;
        if let Some(keep) = self.keep {
            keep.write(&format!("{label}.log"), &built.transcript_bytes)?;
        }
        if let Some(kept) = kept {
            kept.finish()?;
        }
        stage.finish(if comparison.is_identical() {
            "identical"
        } else {
            "divergent"
        });
        Ok((built, comparison))
    }

    /// The reference once more from its beginning, whoever else reads it.
    fn reference(&self) -> SourceKind {
        SourceKind::File(format!("/proc/self/fd/{}", self.reference.as_raw_fd()).into())
    }
}
