//! The parts of a report that `verify` adds to a comparison.

use std::collections::{BTreeMap, BTreeSet};

use crate::bootstrap::build::Built;
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::freeze::FrozenArchive;
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::outside::Versions;
use crate::bootstrap::recipe::Recipe;
use crate::compare::comparison::Comparison;
use crate::explain::attribution::Chroots;
use crate::explain::case::{Differing, Evidence, Foreign, OutsideFiles, TechniqueCase, bare};
use crate::explain::packages::{Package, PackageVerdict};
use crate::explain::rules;
use crate::explain::rules::READ_LEAK;
use crate::report::convert::attribution::{of_divergences, of_escapes};
use crate::report::convert::causes::causes;
use crate::report::convert::comparison::divergences;
use crate::report::convert::details::by_format;
use crate::report::convert::escapes::{Command, escapes, time};
use crate::report::convert::executed::executed;
use crate::report::convert::matrix::{RowFindings, RowName, compared, failed};
use crate::report::convert::verdict;
use crate::report::wire::build::{Build, ModeName};
use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::DivergentEntry;
use crate::report::wire::executed::Emulation;
use crate::report::wire::frozen::{FrozenPackage, FrozenState};
use crate::report::wire::matrix::{MatrixRow, RowOutside};
use crate::report::wire::outside::{Escape, Outside};
use crate::report::wire::report::{Report, Times};
use crate::report::wire::trouble::Trouble;
use crate::trace::trace::Trace;
use crate::{audit, bootstrap};

/// What `verify` knows besides the comparison.
pub struct Verification<'a> {
    /// What was built.
    pub recipe: &'a Recipe,
    /// From what.
    pub state: &'a FrozenArchive,
    /// `SOURCE_DATE_EPOCH`.
    pub epoch: i64,
    /// With what.
    pub versions: Versions,
    /// How the pair was built.
    pub ways: (BuildMode, BuildMode),
    /// The reference.
    pub normal: &'a Built,
    /// The other one.
    pub chrootless: &'a Built,
    /// How the tarballs compare.
    pub comparison: &'a Comparison,
    /// A normal build under observation, and what was seen.
    pub observed_normal: Option<&'a (Built, Trace)>,
    /// A chrootless build under observation, and what was seen.
    pub observed_chrootless: Option<&'a (Built, Trace)>,
    /// Two further normal builds compared.
    pub control: Option<&'a Comparison>,
    /// Packages and versions of the outside.
    pub outside_packages: BTreeMap<String, String>,
    /// Files of the outside.
    pub outside: &'a OutsideFiles<'a>,
    /// What could not be had.
    pub notes: Vec<String>,
    /// How the outside was watched.
    pub audit: audit::Method,
    /// Where the chroot is of another architecture than its outside.
    pub foreign: Option<Foreign>,
    /// Further builds.
    pub besides: Vec<BesideFacts<'a>>,
}

impl std::fmt::Debug for Verification<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Verification")
            .field("recipe", &self.recipe)
            .finish_non_exhaustive()
    }
}

/// Another outside than that of the pair, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct On<'a> {
    /// `different`, or the suite that it is of.
    pub name: &'a str,
    /// The outside.
    pub outside: &'a bootstrap::outside::OutsideSystem,
    /// Files that were altered on purpose.
    pub altered: Option<&'a BTreeSet<Vec<u8>>>,
    /// A chrootless build on it under observation.
    pub observed: Option<&'a (Built, Trace)>,
}

/// A build beside the pair.
#[derive(Debug)]
pub struct BesideFacts<'a> {
    /// Its word, unique.
    pub label: &'a str,
    /// How it was built.
    pub way: BuildMode,
    /// What it ran on, where that is not the outside of the pair.
    pub on: Option<On<'a>>,
    /// The build, and how it compares with the reference; or why there is none.
    pub outcome: Result<(&'a Built, &'a Comparison), Trouble>,
}

impl BesideFacts<'_> {
    fn name(&self) -> RowName<'_> {
        RowName {
            label: self.label,
            mode: mode_name(self.way.mode()),
            technique: self.way.technique(),
            outside: self.on.map_or(RowOutside::Same, |on| match on.altered {
                Some(_) => RowOutside::Different,
                None => RowOutside::Suite(on.name.to_owned()),
            }),
        }
    }
}

impl Report {
    /// The report of `verify`.
    #[must_use]
    pub fn from_verification(facts: &Verification<'_>, timings: Times) -> Self {
        let (_, way) = facts.ways;
        let pair = Held {
            comparison: facts.comparison,
            changes: &facts.chrootless.changes,
            technique: technique(facts, way),
            on: None,
        };
        let (found, chroots) = pair.explained(facts);
        let pair = Self {
            verdict: verdict::of_build(facts.comparison, &found.escapes),
            divergences: found.divergences,
            causes: found.causes,
            outside: Some(Outside {
                audit: facts.audit.into(),
                technique: way.technique().to_owned(),
                escapes: found.escapes,
            }),
            ..Self::from(facts.comparison)
        };
        let collected = &facts.comparison.collected;
        let packages = crate::explain::packages::packages(collected, &chroots.scripts, &pair);
        let matrix: Vec<_> = facts.besides.iter().map(|one| row(facts, one)).collect();
        Self {
            verdict: verdict::of_run(pair.verdict, &matrix),
            packages: with_read_leaks(packages, &matrix),
            builds: builds(facts),
            frozen: Some(frozen(facts)),
            notes: [pair.notes, facts.notes.clone()].concat(),
            trouble: verdict::trouble_of_run(pair.trouble, &matrix),
            matrix,
            timings,
            ..pair
        }
    }
}

fn row(facts: &Verification<'_>, beside: &BesideFacts<'_>) -> MatrixRow {
    match &beside.outcome {
        Err(trouble) => failed(beside.name(), trouble.clone()),
        Ok((built, comparison)) => {
            let held = Held {
                comparison,
                changes: &built.changes,
                technique: technique(facts, beside.way),
                on: beside.on,
            };
            let (found, _) = held.explained(facts);
            let findings = RowFindings {
                comparison,
                divergences: found.divergences,
                causes: found.causes,
                escapes: found.escapes,
                warnings: built.transcript.warnings(),
            };
            compared(beside.name(), findings)
        }
    }
}

/// The packages, given the extra builds: one whose script reads the outside is not complete,
/// although nothing differs on an outside that is the same.
fn with_read_leaks(packages: Vec<Package>, rows: &[MatrixRow]) -> Vec<Package> {
    let leaks = |package: &Package| {
        let causes = rows.iter().flat_map(|row| &row.causes);
        let mut leaks = causes.filter(|cause| cause.rule == READ_LEAK);
        leaks.find(|cause| cause.package.as_deref() == Some(&package.name))
    };
    let packages = packages.into_iter();
    packages
        .map(|package| match leaks(&package) {
            Some(cause) if package.verdict != PackageVerdict::Incomplete => Package {
                verdict: PackageVerdict::Incomplete,
                reason: cause
                    .title
                    .split_once(": ")
                    .map(|(_, what)| what.to_owned()),
                ..package
            },
            _ => package,
        })
        .collect()
}

/// What is known of a technique besides its own build: what the plain way gives.
fn technique(facts: &Verification<'_>, way: BuildMode) -> Option<TechniqueCase> {
    let [reference, plain] = BuildMode::ORDINARY;
    let word = way.technique();
    match way.mode() {
        // Two normal builds have nothing to differ in.
        Mode::Normal => (way != reference).then(|| TechniqueCase {
            word,
            plain: Differing::new(),
        }),
        Mode::Chrootless if way == plain => None,
        Mode::Chrootless => {
            let of_pair = (facts.ways.1 == plain).then_some(facts.comparison);
            let beside = facts.besides.iter().find(|beside| beside.way == plain);
            let of_beside = beside.and_then(|beside| Some(beside.outcome.as_ref().ok()?.1));
            of_pair.or(of_beside).map(|comparison| TechniqueCase {
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
            let fields = divergence.fields.iter().map(|field| field.name.clone());
            (bare(&divergence.path).to_vec(), fields.collect())
        })
        .collect()
}

/// One build held against the reference.
struct Held<'a> {
    comparison: &'a Comparison,
    /// What the build changed on the outside.
    changes: &'a [audit::Change],
    technique: Option<TechniqueCase>,
    /// What it ran on, where that is not the outside of the pair.
    on: Option<On<'a>>,
}

/// What was found of one build.
struct Found {
    divergences: Vec<DivergentEntry>,
    causes: Vec<Cause>,
    escapes: Vec<Escape>,
}

impl Held<'_> {
    /// What its comparison, its escapes and the observed builds say.
    fn explained(&self, facts: &Verification<'_>) -> (Found, Chroots) {
        let chroots = Chroots::read(&self.comparison.collected);
        let observed = match self.on {
            Some(on) => on.observed,
            None => facts.observed_chrootless,
        };
        let chrootless = observed.map(|(_, trace)| trace);
        let of_other = |path: &[u8]| self.on.and_then(|on| on.outside.file(path));
        let evidence = Evidence {
            divergences: &self.comparison.divergences,
            escapes: self.changes,
            normal: facts.observed_normal.map(|(_, trace)| trace),
            chrootless,
            control: facts.control.map(differing).unwrap_or_default(),
            technique: self.technique.clone(),
            foreign: facts.foreign.clone(),
            owners: &chroots.owners,
            scripts: &chroots.scripts,
            packages: chroots.packages.clone(),
            outside_packages: match self.on {
                Some(on) => on.outside.packages(),
                None => facts.outside_packages.clone(),
            },
            epoch: Some(facts.epoch),
            outside: match self.on {
                Some(_) => &of_other,
                None => facts.outside,
            },
            altered: self.on.and_then(|on| on.altered),
        };
        let findings = rules::explain(&evidence);
        let changes = self.changes.iter();
        let suspects: Vec<_> = changes
            .map(|change| chroots.owners.suspect(&change.path))
            .collect();
        let changes = self.changes.iter();
        let commands: Vec<_> = changes
            .map(|change| chrootless.and_then(|trace| command(trace, change)))
            .collect();
        let found = Found {
            divergences: divergences(
                self.comparison,
                &by_format(self.comparison, Some(facts.epoch)),
                &of_divergences(&chroots.owners(self.comparison), &findings),
            ),
            causes: causes(&findings),
            escapes: escapes(self.changes, &of_escapes(&suspects, &findings), &commands),
        };
        (found, chroots)
    }
}

/// The command line of the maintainer script's process that wrote last.
fn command(trace: &Trace, change: &audit::Change) -> Command {
    let mut writers = trace.wrote_outside(&change.path).iter().rev();
    let process = writers.find(|process| process.script.is_some())?;
    let words = process.argv.iter().map(|word| rules::without_root(word));
    Some(words.collect())
}

fn builds(facts: &Verification<'_>) -> Vec<Build> {
    let (normal, chrootless) = facts.ways;
    let [observed_normal, observed_chrootless] = BuildMode::ORDINARY;
    let is_foreign = facts.foreign.is_some();
    let observed = |way: BuildMode, seen: Option<&(Built, Trace)>| {
        seen.map(|(built, trace)| {
            let has_none = built.transcript.emulation_warning().is_none();
            let emulation = if is_foreign && has_none {
                Emulation::None
            } else {
                Emulation::Machine
            };
            let is_chrootless = way.mode() == Mode::Chrootless;
            Build {
                label: format!("observed {}", way.mode().label()),
                technique: format!("{} under strace", way.technique()),
                executed: is_chrootless.then(|| executed(trace, emulation)),
                ..build(facts, way, built)
            }
        })
    };
    let all = [
        Some(build(facts, normal, facts.normal)),
        Some(build(facts, chrootless, facts.chrootless)),
        observed(observed_normal, facts.observed_normal),
        observed(observed_chrootless, facts.observed_chrootless),
    ];
    all.into_iter().flatten().collect()
}

fn build(facts: &Verification<'_>, way: BuildMode, built: &Built) -> Build {
    Build {
        label: way.mode().label().to_owned(),
        mode: mode_name(way.mode()),
        technique: way.technique().to_owned(),
        versions: facts.versions.programs.iter().cloned().collect(),
        warnings: built.transcript.warnings(),
        // Only a normal build can be weak: nobody mounts anything in a chrootless build.
        degraded: match way.mode() {
            Mode::Normal => built.transcript.degraded(),
            Mode::Chrootless => Vec::new(),
        },
        foreign: facts.foreign.is_some(),
        executed: None,
    }
}

fn mode_name(mode: Mode) -> ModeName {
    match mode {
        Mode::Normal => ModeName::Normal,
        Mode::Chrootless => ModeName::Chrootless,
    }
}

fn frozen(facts: &Verification<'_>) -> FrozenState {
    let Verification {
        recipe,
        state,
        epoch,
        ..
    } = facts;
    FrozenState {
        suite: recipe.suite.clone(),
        mirror: recipe.given_mirror().map(str::to_owned),
        variant: recipe.variant.clone(),
        include: recipe.include.clone(),
        architecture: recipe.architecture.clone(),
        release_date: state.release_date.map(|date| time(&date.to_string())),
        source_date_epoch: *epoch,
        sha256: state.sha256.clone(),
        bytes: state.bytes,
        packages: state
            .packages
            .iter()
            .map(|(file, sha256)| FrozenPackage {
                file: file.clone(),
                sha256: sha256.clone(),
            })
            .collect(),
    }
}
