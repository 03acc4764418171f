//! The parts of a report that `verify` adds to a comparison.

use serde::{Deserialize, Serialize};

use crate::audit;
use crate::bootstrap::build::Built;
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::outside::Versions;
use crate::compare::comparison::Comparison;
use crate::explain::attribution::{Chroots, named};
use crate::explain::case::{Differing, Evidence, Foreign, TechniqueCase};
use crate::explain::rules;
use crate::report::convert::comparison::Times;
use crate::report::convert::escapes::time;
use crate::report::sentences;
use crate::report::wire::executed::Executed;
use crate::report::wire::matrix::{MatrixRow, RowName, SAME};
use crate::report::{Build, Escape, Outside, Report, Trouble, Verdict};
use crate::trace::trace::Trace;
use crate::verify;
use crate::verify::observation::Observed;
use crate::verify::result::{Altered, Extra, Judged, Verification};
use crate::verify::timings::Timings;

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

impl From<&Verification> for Report {
    fn from(facts: &Verification) -> Self {
        let mode = facts.modes.chrootless;
        let pair = Held::new(facts, mode, &facts.chrootless, None);
        let (report, chroots) = pair.report(facts, mode.technique());
        let packages = crate::explain::packages::packages(
            &facts.chrootless.comparison.collected,
            &chroots.scripts,
            &report,
        );
        let mut report = Self {
            packages,
            builds: builds(facts),
            pin: Some(pin(facts)),
            timings: timings(facts.timings),
            notes: report
                .notes
                .iter()
                .cloned()
                .chain(facts.notes.iter().map(sentences::note::of_verification))
                .collect(),
            ..report
        };
        for extra in &facts.extra {
            report.add_row(row(facts, extra));
        }
        report.verdict = verdict(facts.verdict());
        report
    }
}

fn verdict(verdict: verify::Verdict) -> Verdict {
    match verdict {
        verify::Verdict::Identical => Verdict::Identical,
        verify::Verdict::Escaped => Verdict::Escaped,
        verify::Verdict::Divergent => Verdict::Divergent,
        verify::Verdict::Failed => Verdict::Failed,
    }
}

fn row(facts: &Verification, extra: &Extra) -> MatrixRow {
    let altered = extra.altered.and_then(|at| facts.altered.get(at));
    let name = RowName {
        label: extra.label,
        mode: extra.mode.mode().label(),
        technique: extra.mode.technique(),
        outside: altered.map_or(SAME, |altered| &altered.system.name),
    };
    match &extra.outcome {
        Err(error) => MatrixRow::failed(
            name,
            Some(Trouble {
                what: error.to_string().replace('\n', " "),
                hint: None,
            }),
        ),
        Ok(judged) => {
            let held = Held::new(facts, extra.mode, judged, altered);
            let (report, _) = held.report(facts, extra.mode.technique());
            MatrixRow::of(name, report, judged.built.transcript.warnings())
        }
    }
}

fn timings(timings: Timings) -> Times {
    let Timings {
        prepare,
        build_and_compare,
        observe,
        audit,
        explain,
    } = timings;
    let all = [
        ("prepare", prepare),
        ("build-and-compare", build_and_compare),
        ("observe", observe),
        ("audit", audit),
        ("explain", explain),
    ];
    all.map(|(name, time)| (name.to_owned(), time.as_secs_f64()))
        .into()
}

/// What is known of a technique besides its own build: what the plain way gives.
fn technique(facts: &Verification, way: BuildMode) -> Option<TechniqueCase> {
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
            let of_pair = (facts.modes.chrootless == plain).then_some(&facts.chrootless.comparison);
            let mut extra = facts.extra.iter();
            let extra = extra.find(|extra| extra.mode == plain);
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
    on: Option<&'a Altered>,
}

impl<'a> Held<'a> {
    fn new(
        facts: &Verification,
        mode: BuildMode,
        judged: &'a Judged,
        on: Option<&'a Altered>,
    ) -> Self {
        Self {
            comparison: &judged.comparison,
            changes: &judged.escapes,
            technique: technique(facts, mode),
            on,
        }
    }

    /// What its comparison, its escapes and the observed builds say.
    fn report(&self, facts: &Verification, technique: &str) -> (Report, Chroots) {
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
            Some(on) => on.observed.as_ref(),
            None => facts.observed_chrootless.as_ref(),
        };
        let chrootless = observed.map(|observed| &observed.trace);
        let outside = self.on.map_or(&facts.outside, |on| &on.system.outside);
        let evidence = Evidence {
            divergences: &self.comparison.divergences,
            escapes: self.changes,
            normal: facts
                .observed_normal
                .as_ref()
                .map(|observed| &observed.trace),
            chrootless,
            control: facts.control.as_ref().map(differing).unwrap_or_default(),
            technique: self.technique.clone(),
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
            altered: self.on.and_then(|on| on.system.altered.as_ref()),
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

fn builds(facts: &Verification) -> Vec<Build> {
    let [observed_normal, observed_chrootless] = BuildMode::ORDINARY;
    let observed = |mode: BuildMode, observed: Option<&Observed>| {
        observed.map(|observed| {
            let label = format!("observed {}", mode.mode().label());
            let technique = format!("{} under strace", mode.technique());
            let mut build = build(&label, (mode, &technique), &observed.built, &facts.versions);
            build.executed = match mode.mode() {
                Mode::Normal => None,
                Mode::Chrootless => Some(Executed::of(observed, facts.foreign_to.is_some())),
            };
            build
        })
    };
    let plain = |mode: BuildMode, built: &Built| {
        let label = mode.mode().label();
        build(label, (mode, mode.technique()), built, &facts.versions)
    };
    let all = [
        Some(plain(facts.modes.normal, &facts.normal)),
        Some(plain(facts.modes.chrootless, &facts.chrootless.built)),
        observed(observed_normal, facts.observed_normal.as_ref()),
        observed(observed_chrootless, facts.observed_chrootless.as_ref()),
    ];
    let mut builds: Vec<Build> = all.into_iter().flatten().collect();
    builds
        .iter_mut()
        .for_each(|build| build.foreign = facts.foreign_to.is_some());
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

fn pin(facts: &Verification) -> Pin {
    let Verification {
        recipe,
        archive: state,
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
