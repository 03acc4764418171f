//! What was observed of one build of a verification, and what explains it.

use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::BuildMode;
use crate::compare::comparison::Comparison;
use crate::explain;
use crate::explain::explanation::Explanation;
use crate::explain::observations::{
    Architectures, DifferingPaths, Observations, TechniqueObservation,
};
use crate::verify::result::{Altered, Judged, Verification};

/// A build that was compared with the reference.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ComparedBuild<'a> {
    /// How it was built.
    pub(crate) mode: BuildMode,
    /// The build and its comparison.
    pub(crate) judged: &'a Judged,
    /// The altered outside system that it ran on; `None` for that of the pair.
    pub(crate) altered: Option<&'a Altered>,
}

/// Explains one build.
pub(crate) fn explained(facts: &Verification, build: ComparedBuild<'_>) -> Explanation {
    let observed = match build.altered {
        Some(altered) => altered.observed.as_ref(),
        None => facts.observed_chrootless.as_ref(),
    };
    let normal = facts.observed_normal.as_ref();
    let outside = build
        .altered
        .map_or(&facts.outside, |altered| &altered.system.outside);
    let observations = Observations {
        escapes: &build.judged.escapes,
        normal: normal.map(|observed| &observed.trace),
        chrootless: observed.map(|observed| &observed.trace),
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
fn technique(facts: &Verification, mode: BuildMode) -> Option<TechniqueObservation> {
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
