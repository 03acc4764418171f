//! What explains one build of a verification: the rules, asked with all evidence on it.

use crate::audit::change::Change;
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::BuildMode;
use crate::compare::comparison::Comparison;
use crate::explain::attribution::Chroots;
use crate::explain::case::{Differing, Evidence, Foreign, TechniqueCase};
use crate::explain::ownership::Owner;
use crate::explain::rules;
use crate::explain::rules::Finding;
use crate::trace::trace::Trace;
use crate::verify::result::{Altered, Judged, Verification};

/// The command line of the process that made a change, if it is known.
pub(crate) type Command = Option<Vec<String>>;

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

/// What explains one build.
#[derive(Debug)]
pub(crate) struct Explained {
    /// dpkg's databases of both chroots.
    pub(crate) chroots: Chroots,
    /// What explains divergences and escapes.
    pub(crate) findings: Vec<Finding>,
    /// The owner of each divergent entry by dpkg's databases.
    pub(crate) owners: Vec<Option<Owner>>,
    /// Whose each escape may be by the text of the scripts.
    pub(crate) suspects: Vec<Option<Owner>>,
    /// The command that made each escape, if it was observed.
    pub(crate) commands: Vec<Command>,
}

/// Explains one build.
pub(crate) fn explained(facts: &Verification, build: ComparedBuild<'_>) -> Explained {
    let (comparison, escapes) = (&build.judged.comparison, &build.judged.escapes);
    let chroots = Chroots::read(&comparison.collected);
    let observed = match build.altered {
        Some(altered) => altered.observed.as_ref(),
        None => facts.observed_chrootless.as_ref(),
    };
    let chrootless = observed.map(|observed| &observed.trace);
    let normal = facts.observed_normal.as_ref();
    let outside = build
        .altered
        .map_or(&facts.outside, |altered| &altered.system.outside);
    let evidence = Evidence {
        divergences: &comparison.divergences,
        escapes,
        normal: normal.map(|observed| &observed.trace),
        chrootless,
        control: facts.control.as_ref().map(differing).unwrap_or_default(),
        technique: technique(facts, build.mode),
        foreign: facts.foreign_to.as_ref().map(|native| Foreign {
            chroot: facts.recipe.architecture.clone(),
            outside: native.clone(),
        }),
        owners: &chroots.owners,
        scripts: &chroots.scripts,
        packages: chroots.packages.clone(),
        outside_packages: outside.packages(),
        epoch: Some(facts.epoch),
        outside: &|path: &[u8]| outside.file(path),
        altered: build
            .altered
            .and_then(|altered| altered.system.altered.as_ref()),
    };
    let findings = rules::explain(&evidence);
    let suspect = |change: &Change| chroots.owners.suspect(&change.path);
    let command = |change: &Change| chrootless.and_then(|trace| command(trace, change));
    Explained {
        findings,
        owners: chroots.owners(comparison),
        suspects: escapes.iter().map(suspect).collect(),
        commands: escapes.iter().map(command).collect(),
        chroots,
    }
}

/// What is known of a technique beside its own build: what the ordinary technique gives.
fn technique(facts: &Verification, mode: BuildMode) -> Option<TechniqueCase> {
    let [normal, chrootless] = BuildMode::ORDINARY;
    let word = mode.technique();
    match mode.mode() {
        // Two normal builds have nothing to differ in.
        Mode::Normal => (mode != normal).then(|| TechniqueCase {
            word,
            plain: Differing::new(),
        }),
        Mode::Chrootless if mode == chrootless => None,
        Mode::Chrootless => {
            let is_ordinary = facts.modes.chrootless == chrootless;
            let of_pair = is_ordinary.then_some(&facts.chrootless.comparison);
            let mut extra = facts.extra.iter();
            let extra = extra.find(|extra| extra.mode == chrootless);
            let of_extra = extra.and_then(|extra| Some(&extra.outcome.as_ref().ok()?.comparison));
            of_pair.or(of_extra).map(|comparison| TechniqueCase {
                word,
                plain: differing(comparison),
            })
        }
    }
}

fn differing(comparison: &Comparison) -> Differing {
    let divergences = comparison.divergences.iter();
    divergences
        .map(|divergence| {
            let path = divergence.entry_path().as_bytes().to_vec();
            let fields = divergence.fields.iter().map(|field| field.name.clone());
            (path, fields.collect())
        })
        .collect()
}

/// The command line of the last process of a maintainer script that wrote.
fn command(trace: &Trace, change: &Change) -> Command {
    let mut writers = trace.wrote_outside(&change.path).iter().rev();
    let process = writers.find(|process| process.script.is_some())?;
    let words = process.argv.iter().map(|word| rules::without_root(word));
    Some(words.collect())
}
