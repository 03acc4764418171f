//! What explains the builds of a verification, and what follows for each package.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::audit::method::Method;
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::BuildMode;
use crate::compare::comparison::Comparison;
use crate::explain;
use crate::explain::agreement::{self, Disagreement};
use crate::explain::explanation::Explanation;
use crate::explain::failure::failing_line::observed_line;
use crate::explain::failure::{ScriptFailure, Systems};
use crate::explain::observations::{
    Architectures, DifferingPaths, Observations, TechniqueObservation,
};
use crate::explain::observed_outside::ObservedOutside;
use crate::explain::packages::{ExplainedRow, PackageFinding, RunFindings, packages};
use crate::tar::entry_path::EntryPath;
use crate::verify::facts::{Extra, Facts, Judged};
use crate::verify::failing::Failure;
use crate::verify::leak_check::{AlteredSystem, HOST_NAME};

/// What explains the builds, and what follows for each package.
#[derive(Debug)]
pub struct Findings {
    /// What explains the pair; `None` if it was not compared.
    pub pair: Option<Explanation>,
    /// What explains each extra build, in their order; `None` for one that could not be made.
    pub extra: Vec<Option<Explanation>>,
    /// Why scripts fail chrootless, in the order in which they failed.
    pub failures: Vec<ScriptFailure>,
    /// What maintainer scripts did about the outside of the pair; `None` if no chrootless build
    /// was observed.
    pub observed: Option<ObservedOutside>,
    /// Where the audit of the pair and what was observed of it disagree.
    pub disagreements: Vec<Disagreement>,
    /// The packages, in the order of dpkg's status file inside the reference.
    pub packages: Vec<PackageFinding>,
}

impl Findings {
    /// Explains what the builds gave.
    pub(crate) fn new(facts: &Facts) -> Self {
        let judged = facts.chrootless.as_ref();
        let pair = judged.map(|judged| {
            let build = ComparedBuild {
                mode: facts.modes.chrootless,
                judged,
                altered: None,
            };
            explained(facts, build)
        });
        let extra = facts.extra.iter();
        let extra: Vec<_> = extra.map(|one| explained_extra(facts, one)).collect();
        let failures: Vec<_> = facts
            .failures
            .iter()
            .map(|one| failure(facts, one, pair.as_ref()))
            .collect();
        let observed = facts.chrootless_trace().zip(pair.as_ref());
        let observed = observed.map(|(trace, explanation)| {
            ObservedOutside::new(trace, facts.audited(), &explanation.chroots.scripts)
        });
        let rows = facts.extra.iter().zip(&extra);
        let rows: Vec<ExplainedRow<'_>> = rows
            .filter_map(|(build, explanation)| {
                Some(ExplainedRow {
                    label: build.label,
                    explanation: explanation.as_ref()?,
                })
            })
            .collect();
        let run = judged.zip(pair.as_ref());
        let packages = run.map(|(judged, explanation)| {
            packages(RunFindings {
                comparison: &judged.comparison,
                escapes: &judged.escapes,
                explanation,
                failures: &failures,
                extra: &rows,
                observed: observed.as_ref(),
            })
        });
        let packages = packages.unwrap_or_default();
        Self {
            pair,
            extra,
            failures,
            observed,
            disagreements: disagreements(facts),
            packages,
        }
    }
}

/// Where the audit and the attempts disagree. What a read-only outside refused is known from the
/// trace that shows most; another audit is of the first build, as the attempts that it is held
/// against must be.
fn disagreements(facts: &Facts) -> Vec<Disagreement> {
    let (Some(judged), Some(all)) = (&facts.chrootless, facts.chrootless_trace()) else {
        return Vec::new();
    };
    let trace = match facts.audit {
        Method::Off => None,
        Method::ReadOnly => Some(all),
        Method::Overlay | Method::Snapshot => judged.built.trace.as_ref(),
    };
    let trace = trace.filter(|trace| trace.gap.is_none());
    trace.map_or_else(Vec::new, |trace| {
        agreement::disagreements(&judged.escapes, trace, all)
    })
}

/// A build that was compared with the reference.
#[derive(Debug, Clone, Copy)]
struct ComparedBuild<'a> {
    /// How it was built.
    mode: BuildMode,
    /// The build and its comparison.
    judged: &'a Judged,
    /// The altered outside system that it ran on; `None` for that of the pair.
    altered: Option<&'a AlteredSystem>,
}

/// Explains why a script fails, given what explains the pair.
fn failure(facts: &Facts, failure: &Failure, pair: Option<&Explanation>) -> ScriptFailure {
    let observed = facts
        .chrootless_trace()
        .zip(pair)
        .and_then(|(trace, pair)| {
            observed_line(trace, &pair.chroots.scripts, &failure.failed.name())
        });
    let collected = facts
        .chrootless
        .as_ref()
        .map(|judged| &judged.comparison.collected);
    let read = |files: &BTreeMap<Vec<u8>, Arc<Vec<u8>>>, path: &[u8]| {
        let file = files.get(EntryPath::new(path).from_root())?;
        Some(file.as_ref().clone())
    };
    let systems = Systems {
        normal: &|path| read(&collected?.left, path),
        chrootless: &|path| read(&collected?.right, path),
        outside: &|path| facts.outside.file(path),
        has_outside: &|path| facts.outside.has_path(path),
    };
    let Failure {
        failed,
        text,
        after,
    } = failure;
    ScriptFailure::explain(failed, after, text, observed, systems)
}

fn explained_extra(facts: &Facts, extra: &Extra) -> Option<Explanation> {
    let build = ComparedBuild {
        mode: extra.mode,
        judged: extra.outcome.as_ref().ok()?,
        altered: facts.altered_of(extra),
    };
    Some(explained(facts, build))
}

/// Explains one build.
fn explained(facts: &Facts, build: ComparedBuild<'_>) -> Explanation {
    let chrootless = match build.altered {
        Some(_) => build.judged.built.trace.as_ref(),
        None => facts.chrootless_trace(),
    };
    let outside = build
        .altered
        .map_or(&facts.outside, |altered| &altered.outside);
    let observations = Observations {
        audited: facts.audited_of(build.judged),
        normal: facts.normal_trace(),
        chrootless,
        passed_over: facts.failures.iter().map(|one| one.failed.name()).collect(),
        control: control(facts),
        technique: technique(facts, build.mode),
        foreign: facts.foreign_to.as_ref().map(|native| Architectures {
            chroot: facts.recipe.architecture.clone(),
            outside: native.clone(),
        }),
        outside_packages: outside.packages(),
        epoch: Some(facts.epoch),
        outside: &|path: &[u8]| outside.file(path),
        altered: build.altered.and_then(|altered| altered.altered.as_ref()),
        host_name: build.altered.map(|_| HOST_NAME),
    };
    explain::explain(&build.judged.comparison, &observations)
}

/// What differs between two builds of one mode.
fn control(facts: &Facts) -> DifferingPaths {
    let seconds = [&facts.second_normal, &facts.second_chrootless];
    let controls = seconds.into_iter().flatten();
    let mut all = DifferingPaths::new();
    for comparison in controls.filter_map(|build| build.control.as_ref()) {
        for (path, fields) in differing(comparison) {
            all.entry(path).or_default().extend(fields);
        }
    }
    all
}

/// What is known of a technique beside its own build: what the ordinary technique gives.
fn technique(facts: &Facts, mode: BuildMode) -> Option<TechniqueObservation> {
    let [normal, chrootless] = BuildMode::ORDINARY;
    let observation = |ordinary| TechniqueObservation {
        name: mode.technique().to_owned(),
        ordinary,
    };
    match mode.mode() {
        // Two normal builds have nothing to differ in.
        Mode::Normal => (mode != normal).then(|| observation(DifferingPaths::new())),
        Mode::Chrootless if mode == chrootless => None,
        Mode::Chrootless => {
            let is_ordinary = facts.modes.chrootless == chrootless;
            let of_pair = facts.chrootless.as_ref().filter(|_| is_ordinary);
            let of_pair = of_pair.map(|judged| &judged.comparison);
            let mut extra = facts.extra.iter();
            let extra = extra.find(|extra| extra.mode == chrootless);
            let of_extra = extra.and_then(|extra| Some(&extra.outcome.as_ref().ok()?.comparison));
            of_pair.or(of_extra).map(differing).map(observation)
        }
    }
}

fn differing(comparison: &Comparison) -> DifferingPaths {
    let divergences = comparison.divergences.iter();
    divergences
        .map(|divergence| {
            let path = divergence.entry_path().as_bytes().to_vec();
            let fields = divergence.fields.iter().map(|field| field.name.clone());
            (path, fields.collect())
        })
        .collect()
}
