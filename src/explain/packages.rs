//! The packages of a chroot: how their scripts read, and whether the run proves each complete.
//!
//! The verdict follows the causes: a package is incomplete if a script of it is why something
//! differs, not if its files do. It comes from what the run found, never from how a script reads: a
//! script that lacks `DPKG_ROOT` and did nothing different is complete, and how it reads says why that may
//! change.

use std::collections::BTreeSet;

use crate::audit::change::Change;
use crate::compare::comparison::{Collected, Comparison};
use crate::debian::dpkg_database::{self, STATUS, StatusPackage};
use crate::debian::maintainer_script::ScriptKind;
use crate::explain::beside::Beside;
use crate::explain::explanation::Explanation;
use crate::explain::failure::ScriptFailure;
use crate::explain::finding::{Finding, What};
use crate::explain::leftovers::{ActingScripts, Doer, Leftovers, OwnedPath, divergent, escaped};
use crate::explain::observed_outside::{Attempt, Effect, ObservedOutside};
use crate::explain::package_verdict::{PackageVerdict, Reason};
use crate::explain::read_line::{self, ReadLine};
use crate::explain::scripts::interpret::effort::ReadLimit;
use crate::explain::scripts::{Line, ParsedScript, Support};

/// A package of the chroot, and what the run found about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFinding {
    /// Name of the binary package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Name of its source package.
    pub source: String,
    /// Version of its source package.
    pub source_version: String,
    /// Its architecture, or `all`.
    pub architecture: String,
    /// Whether it is marked as essential.
    pub is_essential: bool,
    /// Its maintainer scripts.
    pub scripts: Vec<ScriptReading>,
    /// Number of divergent entries that a script of it is the cause of.
    pub divergences: usize,
    /// Number of escapes that a script of it is the cause of.
    pub escapes: usize,
    /// Number of attempts of its scripts.
    pub attempts: usize,
    /// What the run says of it.
    pub verdict: PackageVerdict,
    /// Why it is not complete, or what else is to be said.
    pub reason: Option<Reason>,
}

/// How a maintainer script reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptReading {
    /// The script.
    pub script: ScriptKind,
    /// How it supports `DPKG_ROOT`.
    pub support: Support,
    /// What runs it, if it could not be read.
    pub interpreter: Option<String>,
    /// The lines that act on the system that they run on, without `DPKG_ROOT`.
    pub lines: Vec<ReadLine>,
    /// What ended the reading before the script's end.
    pub limit: Option<ReadLimit>,
}

/// What a run found, for the verdicts on packages.
#[derive(Debug, Clone, Copy)]
pub struct RunFindings<'a> {
    /// The comparison of the pair.
    pub comparison: &'a Comparison,
    /// What the chrootless build of the pair changed on the outside.
    pub escapes: &'a [Change],
    /// What explains both.
    pub explanation: &'a Explanation,
    /// The scripts that fail chrootless.
    pub failures: &'a [ScriptFailure],
    /// The extra builds that were compared, in their order.
    pub extra: &'a [ExplainedRow<'a>],
    /// What scripts did about the outside; `None` if no chrootless build was observed.
    pub observed: Option<&'a ObservedOutside>,
}

/// An extra build that was compared.
#[derive(Debug, Clone, Copy)]
pub struct ExplainedRow<'a> {
    /// Its name in the report.
    pub label: &'a str,
    /// What explains it.
    pub explanation: &'a Explanation,
}

/// The packages of the chroot, in the order of dpkg's status file inside the reference.
#[must_use]
pub fn packages(run: RunFindings<'_>) -> Vec<PackageFinding> {
    let status = status(&run.comparison.collected).into_iter();
    let judge = Judge::new(run);
    status
        // The contract has an architecture for each package.
        .filter(|package| !package.architecture.is_empty())
        .map(|package| judge.finding(package))
        .collect()
}

/// The packages of the reference, of the other chroot if the reference has no status file.
fn status(collected: &Collected) -> Vec<StatusPackage> {
    let path = STATUS.as_bytes();
    let left = collected.left.get(path);
    let status = left.or_else(|| collected.right.get(path));
    status.map_or_else(Vec::new, |bytes| dpkg_database::packages(bytes))
}

/// What a verdict is made of, for all packages.
struct Judge<'a> {
    run: RunFindings<'a>,
    divergences: Vec<OwnedPath>,
    escapes: Vec<OwnedPath>,
    leftovers: Leftovers,
    beside: Beside,
}

impl<'a> Judge<'a> {
    fn new(run: RunFindings<'a>) -> Self {
        let divergences = divergent(run.comparison, run.explanation);
        let escapes = escaped(run.escapes, run.explanation);
        Self {
            run,
            leftovers: Leftovers::new(run.comparison, &divergences, &escapes),
            beside: Beside::new(run.comparison, run.explanation),
            divergences,
            escapes,
        }
    }

    fn finding(&self, package: StatusPackage) -> PackageFinding {
        let name = &package.name;
        let own = |paths: &[OwnedPath]| -> Vec<Vec<u8>> {
            let is_own =
                |path: &&OwnedPath| matches!(&path.doer, Doer::Package(doer) if doer == name);
            let own = paths.iter().filter(is_own);
            own.map(|path| path.path.clone()).collect()
        };
        let (divergences, escapes) = (own(&self.divergences), own(&self.escapes));
        let scripts = self.readings(name);
        let counts = (divergences.len(), escapes.len());
        let reason = self.reason(name, divergences, escapes, &scripts);
        PackageFinding {
            divergences: counts.0,
            escapes: counts.1,
            attempts: self
                .run
                .observed
                .map_or(0, |seen| seen.attempts_of(name).count()),
            verdict: reason
                .as_ref()
                .map_or(PackageVerdict::Complete, Reason::verdict),
            reason,
            scripts,
            name: package.name,
            version: package.version,
            source: package.source,
            source_version: package.source_version,
            architecture: package.architecture,
            is_essential: package.is_essential,
        }
    }

    /// Why a package is not complete, or what else is to be said.
    fn reason(
        &self,
        package: &str,
        divergences: Vec<Vec<u8>>,
        escapes: Vec<Vec<u8>>,
        scripts: &[ScriptReading],
    ) -> Option<Reason> {
        if let Some(failure) = self.failure(package) {
            return Some(failure);
        }
        if !divergences.is_empty() || !escapes.is_empty() {
            return Some(Reason::Own {
                divergences,
                escapes,
            });
        }
        if let Some(reason) = self.read_leak(package).or_else(|| self.in_row(package)) {
            return Some(reason);
        }
        let tried = self.run.observed;
        let tried = tried.and_then(|observed| tried_outside(observed, package));
        if let Some(reason) = &tried
            && reason.verdict() == PackageVerdict::Incomplete
        {
            return tried;
        }
        let all_scripts = &self.run.explanation.chroots.scripts;
        let acts = |script: &ScriptReading| script.support != Support::NoneNeeded;
        let acting = if scripts.iter().any(acts) {
            ActingScripts::Some
        } else {
            ActingScripts::None
        };
        let suspicion = self.leftovers.suspicion(all_scripts, package);
        suspicion
            .or_else(|| self.leftovers.reason(package, acting))
            .or(tried)
            .or_else(|| self.not_observed())
            .or_else(|| self.beside.reason(package))
    }

    /// How the scripts of a package read, and which of their lines ran.
    fn readings(&self, package: &str) -> Vec<ScriptReading> {
        let scripts = self.run.explanation.chroots.scripts.of(package);
        let reading = |(kind, script): (&ScriptKind, &ParsedScript)| ScriptReading {
            script: *kind,
            support: script.support,
            interpreter: (script.support == Support::Unread).then(|| script.interpreter.clone()),
            lines: self
                .acting_lines(package, *kind, script)
                .map(|line| ReadLine {
                    run: self
                        .run
                        .observed
                        .and_then(|observed| read_line::run(observed, package, *kind, &line)),
                    line,
                })
                .collect(),
            limit: script.limit,
        };
        scripts.into_iter().flatten().map(reading).collect()
    }

    /// The lines of a script that act on the outside: as it reads, or as it was seen.
    fn acting_lines(
        &self,
        package: &str,
        kind: ScriptKind,
        script: &ParsedScript,
    ) -> impl Iterator<Item = Line> {
        let attempts = self
            .run
            .observed
            .into_iter()
            .flat_map(|seen| &seen.attempts);
        let actors = attempts.map(|attempt| &attempt.actor);
        let its = actors.filter(|actor| actor.package == package && actor.script.file() == kind);
        let seen = its.filter_map(|actor| actor.line);
        let read = script.silent_lines().map(|line| line.number);
        let numbers: BTreeSet<usize> = read.chain(seen).collect();
        let lines: Vec<Line> = numbers
            .into_iter()
            .map(|number| script.line(number))
            .collect();
        lines.into_iter()
    }

    /// That nobody has seen everything that scripts did, if it is so.
    fn not_observed(&self) -> Option<Reason> {
        let observed = self.run.observed;
        let is_whole = observed.is_some_and(|observed| observed.gap.is_none());
        (!is_whole).then_some(Reason::NotObserved)
    }

    fn failure(&self, package: &str) -> Option<Reason> {
        let mut failures = self.run.failures.iter();
        let failure = failures.find(|failure| failure.package == package)?;
        Some(Reason::ScriptFails {
            script: failure.script,
            status: failure.status,
        })
    }

    /// The files of the outside that a script of the package was shown to read: then it is not
    /// complete, although nothing differs on an outside that is the same.
    fn read_leak(&self, package: &str) -> Option<Reason> {
        let extra = self.run.extra.iter();
        let mut findings = extra.flat_map(|row| &row.explanation.findings);
        findings.find_map(
            |Finding {
                 what,
                 package: named,
                 ..
             }| match what {
                What::ReadsOutside { files, .. } if named.as_deref() == Some(package) => {
                    let files = files.clone();
                    Some(Reason::ReadsOutside { files })
                }
                _ => None,
            },
        )
    }

    /// What a script of the package did otherwise in an extra build, the first of it.
    fn in_row(&self, package: &str) -> Option<Reason> {
        let is_its = |finding: &&Finding| {
            finding.package.as_deref() == Some(package) && !finding.rule.acquits_packages()
        };
        self.run.extra.iter().find_map(|row| {
            let finding = row.explanation.findings.iter().find(is_its)?;
            Some(Reason::InRow {
                row: row.label.to_owned(),
                what: finding.what.clone(),
                entries: finding.claims.len(),
            })
        })
    }
}

/// What the scripts of a package tried on the outside, although nothing is known to differ or
/// escape that is its own.
fn tried_outside(observed: &ObservedOutside, package: &str) -> Option<Reason> {
    let paths = |is_wanted: &dyn Fn(&Attempt) -> bool| {
        let mut paths: Vec<Vec<u8>> = Vec::new();
        for attempt in observed.attempts_of(package).filter(|one| is_wanted(one)) {
            if !paths.contains(&attempt.path) {
                paths.push(attempt.path.clone());
            }
        }
        paths
    };
    let changed = paths(&|attempt| attempt.effect == Effect::Changed);
    if !changed.is_empty() {
        return Some(Reason::Own {
            divergences: Vec::new(),
            escapes: changed,
        });
    }
    let paths = paths(&|_| true);
    (!paths.is_empty()).then_some(Reason::Attempts { paths })
}
