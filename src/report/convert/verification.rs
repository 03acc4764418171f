//! The parts of a report that `verify` adds to a comparison.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::bootstrap::build::Built;
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::freeze::FrozenArchive;
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::outside::Versions;
use crate::bootstrap::recipe::Recipe;
use crate::compare::comparison::Comparison;
use crate::explain::attribution::{Chroots, named};
use crate::explain::case::{Differing, Evidence, Foreign, OutsideFiles, TechniqueCase};
use crate::explain::rules;
use crate::report::convert::comparison::Times;
use crate::report::convert::escapes::time;
use crate::report::wire::executed::Executed;
use crate::report::wire::matrix::{MatrixRow, RowName, SAME};
use crate::report::{Build, Escape, Outside, Report, Trouble, Verdict};
use crate::trace::trace::Trace;
use crate::{audit, bootstrap};

/// The frozen archive state, and what was asked of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Suite or code name.
    pub suite: String,
    /// The mirror, where one was given.
    pub mirror: Option<String>,
    /// mmdebstrap's variant.
    pub variant: String,
    /// Further packages.
    pub include: Vec<String>,
    /// Debian architecture.
    pub architecture: String,
    /// Date of the suite's Release file.
    pub release_date: Option<String>,
    /// Seconds since the epoch.
    pub source_date_epoch: i64,
    /// Digest of all indices and packages.
    pub sha256: String,
    /// Bytes of all packages.
    pub bytes: u64,
    /// Every package file that was fetched, also those for the outside alone.
    pub packages: Vec<PinnedPackage>,
}

/// One package file of the frozen state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedPackage {
    /// `PACKAGE_VERSION_ARCH.deb`, an epoch's colon written `%3a`.
    pub file: String,
    /// Its digest.
    pub sha256: String,
}

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
            mode: self.way.mode().label(),
            technique: self.way.technique(),
            outside: self.on.map_or(SAME, |on| on.name),
        }
    }
}

impl Report {
    /// The report of `verify`.
    #[must_use]
    pub fn from_verification<'a>(facts: &Verification<'a>, timings: Times) -> Self {
        let (_, way) = facts.ways;
        let pair = Held {
            comparison: facts.comparison,
            changes: &facts.chrootless.changes,
            technique: technique(facts, way),
            on: None,
        };
        let (mut report, chroots) = pair.report(facts, way.technique());
        report.timings = timings;
        report.notes.extend(facts.notes.iter().cloned());
        report.packages = crate::explain::packages::packages(
            &facts.comparison.collected,
            &chroots.scripts,
            &report,
        );
        report.builds = builds(facts);
        report.pin = Some(pin(facts));
        if report.verdict == Verdict::Identical && !facts.chrootless.changes.is_empty() {
            report.verdict = Verdict::Escaped;
        }
        for beside in &facts.besides {
            let row = match &beside.outcome {
                Err(trouble) => MatrixRow::failed(beside.name(), Some(trouble.clone())),
                Ok((built, comparison)) => {
                    let held = Held {
                        comparison,
                        changes: &built.changes,
                        technique: technique(facts, beside.way),
                        on: beside.on,
                    };
                    let (report, _) = held.report(facts, beside.way.technique());
                    MatrixRow::of(beside.name(), report, built.transcript.warnings())
                }
            };
            report.add_row(row);
        }
        report
    }
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
            (
                divergence.entry_path().as_bytes().to_vec(),
                fields.collect(),
            )
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

impl Held<'_> {
    /// What its comparison, its escapes and the observed builds say.
    fn report(&self, facts: &Verification<'_>, technique: &str) -> (Report, Chroots) {
        let mut report = Report::from_comparison(self.comparison, Times::new());
        report.detail(self.comparison, Some(facts.epoch));
        let chroots = Chroots::read(&self.comparison.collected);
        chroots.attribute(&mut report, self.comparison);
        let escapes = self.changes.iter().map(|change| {
            let (package, script) = named(chroots.owners.suspect(&change.path));
            Escape {
                package,
                script,
                ..crate::report::convert::escapes::row(change)
            }
        });
        report.outside = Some(Outside {
            audit: facts.audit.as_str().to_owned(),
            technique: technique.to_owned(),
            escapes: escapes.collect(),
        });
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
        report.explain(&rules::explain(&evidence));
        if let (Some(outside), Some(trace)) = (&mut report.outside, chrootless) {
            for (row, change) in outside.escapes.iter_mut().zip(self.changes) {
                row.command = command(trace, change);
            }
        }
        (report, chroots)
    }
}

/// The command line of the maintainer script's process that wrote last.
fn command(trace: &Trace, change: &audit::Change) -> Option<Vec<String>> {
    let mut writers = trace.wrote_outside(&change.path).iter().rev();
    let process = writers.find(|process| process.script.is_some())?;
    let words = process.argv.iter().map(|word| rules::without_root(word));
    Some(words.collect())
}

fn builds(facts: &Verification<'_>) -> Vec<Build> {
    let (normal, chrootless) = facts.ways;
    let [observed_normal, observed_chrootless] = BuildMode::ORDINARY;
    let observed = |way: BuildMode, seen: Option<&(Built, Trace)>| {
        seen.map(|(built, _)| {
            let label = format!("observed {}", way.mode().label());
            let technique = format!("{} under strace", way.technique());
            let mut build = build(&label, (way, &technique), built, &facts.versions);
            let seen = seen.filter(|_| way.mode() == Mode::Chrootless);
            build.executed = seen.map(|seen| Executed::of(seen, facts.foreign.is_some()));
            build
        })
    };
    let plain = |way: BuildMode, built: &Built| {
        let label = way.mode().label();
        build(label, (way, way.technique()), built, &facts.versions)
    };
    let all = [
        Some(plain(normal, facts.normal)),
        Some(plain(chrootless, facts.chrootless)),
        observed(observed_normal, facts.observed_normal),
        observed(observed_chrootless, facts.observed_chrootless),
    ];
    let mut builds: Vec<Build> = all.into_iter().flatten().collect();
    builds
        .iter_mut()
        .for_each(|build| build.foreign = facts.foreign.is_some());
    builds
}

/// One build; modes are the words of `--mode`.
fn build(
    label: &str,
    (way, technique): (BuildMode, &str),
    built: &Built,
    versions: &Versions,
) -> Build {
    Build {
        label: label.to_owned(),
        mode: way.mode().label().to_owned(),
        technique: technique.to_owned(),
        versions: versions.programs.iter().cloned().collect(),
        warnings: built.transcript.warnings(),
        // Only a reference can be weak: nobody mounts anything in a chrootless build.
        degraded: match way.mode() {
            Mode::Normal => built.transcript.degraded(),
            Mode::Chrootless => Vec::new(),
        },
        foreign: false,
        executed: None,
    }
}

fn pin(facts: &Verification<'_>) -> Pin {
    let Verification {
        recipe,
        state,
        epoch,
        ..
    } = facts;
    Pin {
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
            .map(|(file, sha256)| PinnedPackage {
                file: file.clone(),
                sha256: sha256.clone(),
            })
            .collect(),
    }
}
