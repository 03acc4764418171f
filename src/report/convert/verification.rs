//! A verification as a report.

use crate::explain::packages::{Package, PackageVerdict, packages};
use crate::explain::rules::READ_LEAK;
use crate::report::convert::attribution::{of_divergences, of_escapes};
use crate::report::convert::builds::builds;
use crate::report::convert::causes::causes;
use crate::report::convert::comparison::{divergences, trouble};
use crate::report::convert::details::by_format;
use crate::report::convert::escapes::escapes;
use crate::report::convert::frozen::frozen;
use crate::report::convert::matrix::{RowFindings, RowName, compared, failed};
use crate::report::convert::timings::timings;
use crate::report::sentences::note;
use crate::report::sentences::warning::warnings;
use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::DivergentEntry;
use crate::report::wire::matrix::{MatrixRow, RowOutside};
use crate::report::wire::outside::{Escape, Outside};
use crate::report::wire::report::Report;
use crate::report::wire::trouble::Trouble;
use crate::verify::build_facts::scripts_ran;
use crate::verify::error::Error;
use crate::verify::explained::{ComparedBuild, Explained, explained};
use crate::verify::result::{Extra, Verification};

impl From<&Verification> for Report {
    /// The report of `verify`.
    fn from(facts: &Verification) -> Self {
        let comparison = &facts.chrootless.comparison;
        let build = ComparedBuild {
            mode: facts.modes.chrootless,
            judged: &facts.chrootless,
            altered: None,
        };
        let explained = explained(facts, build);
        let found = Found::new(facts, build, &explained);
        let pair = Self {
            divergences: found.divergences,
            causes: found.causes,
            outside: Some(Outside {
                audit: facts.audit.into(),
                technique: facts.modes.chrootless.technique().to_owned(),
                escapes: found.escapes,
            }),
            ..Self::from(comparison)
        };
        let packages = packages(&comparison.collected, &explained.chroots.scripts, &pair);
        let matrix: Vec<_> = facts.extra.iter().map(|extra| row(facts, extra)).collect();
        let notes = facts.notes.iter().map(note::of_verification);
        Self {
            verdict: facts.verdict().into(),
            packages: with_read_leaks(packages, &matrix),
            builds: builds(facts),
            frozen: Some(frozen(facts)),
            notes: pair.notes.iter().cloned().chain(notes).collect(),
            trouble: trouble(comparison).or_else(|| trouble_of_extra(facts, &matrix)),
            matrix,
            timings: timings(facts.timings),
            ..pair
        }
    }
}

/// What was found of one build.
struct Found {
    divergences: Vec<DivergentEntry>,
    causes: Vec<Cause>,
    escapes: Vec<Escape>,
}

impl Found {
    fn new(facts: &Verification, build: ComparedBuild<'_>, explained: &Explained) -> Self {
        let findings = &explained.findings;
        let comparison = &build.judged.comparison;
        Self {
            divergences: divergences(
                comparison,
                &by_format(comparison, Some(facts.epoch)),
                &of_divergences(&explained.owners, findings),
            ),
            causes: causes(findings),
            escapes: escapes(
                &build.judged.escapes,
                &of_escapes(&explained.suspects, findings),
                &explained.commands,
            ),
        }
    }
}

/// The row of an extra build.
fn row(facts: &Verification, extra: &Extra) -> MatrixRow {
    let altered = extra.altered.and_then(|at| facts.altered.get(at));
    let name = RowName {
        label: extra.label,
        mode: scripts_ran(extra.mode).into(),
        technique: extra.mode.technique(),
        outside: altered.map_or(RowOutside::Same, |altered| match altered.system.altered {
            Some(_) => RowOutside::Different,
            None => RowOutside::Suite(altered.system.name.clone()),
        }),
    };
    match &extra.outcome {
        Err(error) => failed(name, trouble_of_error(error)),
        Ok(judged) => {
            let build = ComparedBuild {
                mode: extra.mode,
                judged,
                altered,
            };
            let found = Found::new(facts, build, &explained(facts, build));
            let findings = RowFindings {
                comparison: &judged.comparison,
                verdict: judged.verdict().into(),
                divergences: found.divergences,
                causes: found.causes,
                escapes: found.escapes,
                warnings: warnings(&judged.built),
            };
            compared(name, findings)
        }
    }
}

fn trouble_of_error(error: &Error) -> Trouble {
    Trouble {
        what: error.to_string().replace('\n', " "),
        hint: None,
    }
}

/// The first trouble of an extra build. A build that fails because its outside system is
/// altered has shown that it reads it, which is a finding.
fn trouble_of_extra(facts: &Verification, rows: &[MatrixRow]) -> Option<Trouble> {
    let mut extra = facts.extra.iter().zip(rows);
    extra.find_map(|(extra, row)| {
        let is_finding = extra.outcome.is_err() && extra.altered.is_some();
        row.trouble.clone().filter(|_| !is_finding)
    })
}

/// The packages, given the extra builds: one whose script reads the outside is not complete,
/// although nothing differs on an outside that is the same.
fn with_read_leaks(packages: Vec<Package>, rows: &[MatrixRow]) -> Vec<Package> {
    let leak = |package: &Package| {
        let causes = rows.iter().flat_map(|row| &row.causes);
        let mut leaks = causes.filter(|cause| cause.rule == READ_LEAK);
        leaks.find(|cause| cause.package.as_deref() == Some(&package.name))
    };
    let with_read_leak = |package: Package| match leak(&package) {
        Some(cause) if package.verdict != PackageVerdict::Incomplete => Package {
            verdict: PackageVerdict::Incomplete,
            reason: cause
                .title
                .split_once(": ")
                .map(|(_, what)| what.to_owned()),
            ..package
        },
        _ => package,
    };
    packages.into_iter().map(with_read_leak).collect()
}
