//! The parts of a report that `verify` adds to a comparison.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::chroots::{Chroots, named};
use super::escapes::time;
use super::{Build, Escape, Outside, Report, Times, Verdict};
use crate::audit;
use crate::build::outside::Versions;
use crate::build::pin::State;
use crate::build::recipe::Recipe;
use crate::build::run::Built;
use crate::build::trace::Trace;
use crate::compare::Comparison;
use crate::explain::causes::{self, Evidence, OutsideFiles, bare};

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
    pub state: &'a State,
    /// `SOURCE_DATE_EPOCH`.
    pub epoch: i64,
    /// With what.
    pub versions: Versions,
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
}

impl std::fmt::Debug for Verification<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Verification")
            .field("recipe", &self.recipe)
            .finish_non_exhaustive()
    }
}

impl Report {
    /// The report of `verify`.
    #[must_use]
    pub fn from_verification<'a>(facts: &Verification<'a>, timings: Times) -> Self {
        let mut report = Self::from_comparison(facts.comparison, timings);
        report.detail(facts.comparison, Some(facts.epoch));
        let chroots = Chroots::read(&facts.comparison.collected);
        chroots.attribute(&mut report, facts.comparison);
        let changes = &facts.chrootless.changes;
        let escapes = changes
            .iter()
            .map(|change| {
                let (package, script) = named(chroots.owners.suspect(&change.path));
                Escape {
                    package,
                    script,
                    ..super::escapes::row(change)
                }
            })
            .collect();
        report.outside = Some(Outside {
            audit: facts.audit.word().to_owned(),
            technique: "userns".to_owned(),
            escapes,
        });
        let control = facts
            .control
            .iter()
            .flat_map(|control| &control.divergences);
        let evidence = Evidence {
            divergences: &facts.comparison.divergences,
            escapes: changes,
            normal: facts.observed_normal.map(|(_, trace)| trace),
            chrootless: facts.observed_chrootless.map(|(_, trace)| trace),
            control: control
                .map(|divergence| {
                    let fields = divergence.fields.iter().map(|field| field.name.clone());
                    (bare(&divergence.path).to_vec(), fields.collect())
                })
                .collect(),
            owners: &chroots.owners,
            scripts: &chroots.scripts,
            packages: chroots.packages.clone(),
            outside_packages: facts.outside_packages.clone(),
            epoch: Some(facts.epoch),
            outside: facts.outside,
            altered: None,
        };
        report.explain(&causes::explain(&evidence));
        if let (Some(outside), Some((_, trace))) = (&mut report.outside, facts.observed_chrootless)
        {
            for (row, change) in outside.escapes.iter_mut().zip(changes) {
                let writers = trace.wrote_outside(&change.path).iter().rev();
                row.command = writers
                    .filter(|process| process.script.is_some())
                    .map(|process| {
                        process
                            .argv
                            .iter()
                            .map(|word| causes::without_root(word))
                            .collect()
                    })
                    .next();
            }
        }
        report.notes.extend(facts.notes.iter().cloned());
        report.packages =
            super::packages::packages(&facts.comparison.collected, &chroots.scripts, &report);
        let observed = |seen: Option<&'a (Built, Trace)>| seen.map(|(built, _)| built);
        let builds = [
            ("normal", "normal", Some(facts.normal)),
            ("chrootless", "chrootless", Some(facts.chrootless)),
            ("observed normal", "normal", observed(facts.observed_normal)),
            (
                "observed chrootless",
                "chrootless",
                observed(facts.observed_chrootless),
            ),
        ];
        report.builds = builds
            .into_iter()
            .filter_map(|(label, mode, built)| {
                let technique = if label == mode {
                    "userns"
                } else {
                    "userns under strace"
                };
                Some(build(label, (mode, technique), built?, &facts.versions))
            })
            .collect();
        report.pin = Some(pin(facts));
        if report.verdict == Verdict::Identical && !changes.is_empty() {
            report.verdict = Verdict::Escaped;
        }
        report
    }
}

/// One build; modes are the words of `--mode`.
fn build(
    label: &str,
    (mode, technique): (&str, &str),
    built: &Built,
    versions: &Versions,
) -> Build {
    Build {
        label: label.to_owned(),
        mode: mode.to_owned(),
        technique: technique.to_owned(),
        versions: versions.programs.iter().cloned().collect(),
        warnings: built.transcript.warnings(),
        degraded: built.transcript.degraded(),
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
        mirror: recipe.mirror.clone(),
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
