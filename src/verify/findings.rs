//! What explains the builds of a verification, and what follows for each package.

use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::BuildMode;
use crate::compare::comparison::Comparison;
use crate::explain;
use crate::explain::explanation::Explanation;
use crate::explain::observations::{
    Architectures, DifferingPaths, Observations, TechniqueObservation,
};
use crate::explain::observed_outside::ObservedOutside;
use crate::explain::packages::{PackageFinding, RunFindings, packages};
use crate::verify::facts::{Altered, Extra, Facts, Judged};

/// What explains the builds, and what follows for each package.
#[derive(Debug)]
pub struct Findings {
    /// What explains the pair.
    pub pair: Explanation,
    /// What explains each extra build, in their order; `None` for one that could not be made.
    pub extra: Vec<Option<Explanation>>,
    /// What maintainer scripts did about the outside of the pair; `None` if no chrootless build
    /// was observed.
    pub observed: Option<ObservedOutside>,
    /// The packages, in the order of dpkg's status file inside the reference.
    pub packages: Vec<PackageFinding>,
}

impl Findings {
    /// Explains what the builds gave.
    pub(crate) fn new(facts: &Facts) -> Self {
        let pair = explained(
            facts,
            ComparedBuild {
                mode: facts.modes.chrootless,
                judged: &facts.chrootless,
                altered: None,
            },
        );
        let extra = facts.extra.iter();
        let extra: Vec<_> = extra.map(|one| explained_extra(facts, one)).collect();
        let observed = facts
            .chrootless_trace()
            .map(|trace| ObservedOutside::new(trace, facts.audited(), &pair.chroots.scripts));
        let packages = packages(RunFindings {
            comparison: &facts.chrootless.comparison,
            escapes: &facts.chrootless.escapes,
            explanation: &pair,
            extra: &extra.iter().flatten().collect::<Vec<_>>(),
            observed: observed.as_ref(),
        });
        Self {
            pair,
            extra,
            observed,
            packages,
        }
    }
}

/// A build that was compared with the reference.
#[derive(Debug, Clone, Copy)]
struct ComparedBuild<'a> {
    /// How it was built.
    mode: BuildMode,
    /// The build and its comparison.
    judged: &'a Judged,
    /// The altered outside system that it ran on; `None` for that of the pair.
    altered: Option<&'a Altered>,
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
    let observed = match build.altered {
        Some(altered) => altered.observed.as_ref().map(|observed| &observed.trace),
        None => facts.chrootless_trace(),
    };
    let normal = facts.observed_normal.as_ref();
    let outside = build
        .altered
        .map_or(&facts.outside, |altered| &altered.system.outside);
    let observations = Observations {
        escapes: &build.judged.escapes,
        normal: normal.map(|observed| &observed.trace),
        chrootless: observed,
        control: facts.control.as_ref().map(differing).unwrap_or_default(),
        technique: technique(facts, build.mode),
        foreign: facts.foreign_to.as_ref().map(|native| Architectures {
            chroot: facts.recipe.architecture.clone(),
            outside: native.clone(),
        }),
        outside_packages: outside.packages(),
        epoch: Some(facts.epoch),
        outside: &|path: &[u8]| outside.file(path),
        altered: build
            .altered
            .and_then(|altered| altered.system.altered.as_ref()),
    };
    explain::explain(&build.judged.comparison, &observations)
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
            let of_pair = is_ordinary.then_some(&facts.chrootless.comparison);
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
