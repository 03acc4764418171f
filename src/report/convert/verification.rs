//! A verification as a report.

use crate::explain::command_line::CommandLine;
use crate::explain::explanation::Explanation;
use crate::explain::packages::PackageFinding;
use crate::report::convert::advice::{Advice, NoAdvice};
use crate::report::convert::builds::builds;
use crate::report::convert::causes::causes;
use crate::report::convert::commands::Commands;
use crate::report::convert::comparison::{frame, trouble};
use crate::report::convert::details::Details;
use crate::report::convert::escapes::escapes;
use crate::report::convert::frozen::frozen;
use crate::report::convert::matrix::{RowFindings, RowName, compared, failed};
use crate::report::convert::observed::{attempts, reads};
use crate::report::convert::rows::rows;
use crate::report::convert::timings::timings;
use crate::report::sentences::note;
use crate::report::sentences::warning::warnings;
use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::DivergentEntry;
use crate::report::wire::failure::Failure;
use crate::report::wire::matrix::{MatrixRow, RowOutside};
use crate::report::wire::outside::{Escape, Outside};
use crate::report::wire::package::Package;
use crate::report::wire::report::Report;
use crate::report::wire::trouble::Trouble;
use crate::report::wire::verdict::Verdict;
use crate::verify::build_facts::scripts_ran;
use crate::verify::error::Error;
use crate::verify::facts::{Extra, Facts, Judged};
use crate::verify::findings::Findings;
use crate::verify::leak_check::AlteredSystem;
use crate::verify::result::Verification;

impl From<&Verification> for Report {
    /// The report of `verify`, without advice.
    fn from(verification: &Verification) -> Self {
        Self::of_verification(verification, &NoAdvice)
    }
}

impl Report {
    /// The report of `verify`.
    #[must_use]
    pub fn of_verification(verification: &Verification, advice: &dyn Advice) -> Self {
        let (facts, findings) = (&verification.facts, &verification.findings);
        let commands = commands(findings);
        let pair = pair(facts, findings, &commands, advice);
        let extra = facts.extra.iter().zip(&findings.extra);
        let matrix: Vec<_> = extra
            .map(|(extra, explanation)| {
                let row = Row {
                    facts,
                    extra,
                    explanation: explanation.as_ref(),
                };
                row.wire(&commands, advice)
            })
            .collect();
        let notes = facts.notes.iter().map(note::of_verification);
        let disagreements = findings.disagreements.iter();
        let notes = notes.chain(disagreements.map(note::of_disagreement));
        let notes = notes.chain(partly_read(&findings.packages));
        Self {
            verdict: verification.verdict().into(),
            failures: findings.failures.iter().map(Failure::from).collect(),
            packages: findings.packages.iter().map(Package::from).collect(),
            commands: commands.rows(),
            builds: builds(facts),
            frozen: Some(frozen(facts)),
            notes: pair.notes.iter().cloned().chain(notes).collect(),
            trouble: pair
                .trouble
                .clone()
                .or_else(|| trouble_of_extra(facts, &matrix)),
            matrix,
            timings: timings(verification.timings),
            ..pair
        }
    }
}

/// The scripts whose reading came to a limit.
fn partly_read(packages: &[PackageFinding]) -> impl Iterator<Item = String> {
    packages.iter().flat_map(|package| {
        let scripts = package.scripts.iter();
        scripts.filter_map(|script| {
            let limit = script.limit?;
            Some(note::of_partly_read(&package.name, script.script, limit))
        })
    })
}

/// What is reported of the pair.
fn pair(facts: &Facts, findings: &Findings, commands: &Commands, advice: &dyn Advice) -> Report {
    let (Some(judged), Some(explanation)) = (&facts.chrootless, &findings.pair) else {
        let labels = [facts.modes.normal, facts.modes.chrootless].map(|mode| mode.mode().label());
        return Report::uncompared(Verdict::Unbuildable, labels);
    };
    let found = Found::new(judged, explanation, facts.epoch, commands);
    let observed = findings.observed.as_ref();
    Report {
        divergences: found.divergences.into(),
        causes: found.causes,
        outside: Some(Outside {
            audit: facts.audit.into(),
            technique: facts.modes.chrootless.technique().to_owned(),
            observed: observed.is_some_and(|observed| observed.gap.is_none()),
            escapes: found.escapes,
            attempts: observed.map_or_else(Vec::new, |seen| attempts(&seen.attempts, commands)),
            reads: observed.map_or_else(Vec::new, |seen| reads(&seen.reads, commands)),
        }),
        trouble: trouble(&judged.comparison, advice),
        ..frame(&judged.comparison)
    }
}

/// What was found of one build, as wire values.
#[derive(Default)]
struct Found {
    divergences: Vec<DivergentEntry>,
    causes: Vec<Cause>,
    escapes: Vec<Escape>,
}

impl Found {
    fn new(
        judged: &Judged,
        explanation: &Explanation,
        epoch: i64,
        commands: &Commands<'_>,
    ) -> Self {
        let comparison = &judged.comparison;
        let details = &mut Details::by_format(Some(epoch));
        let attributions = &explanation.attributions;
        Self {
            divergences: rows(&comparison.divergences, details, attributions).collect(),
            causes: causes(&explanation.findings),
            escapes: escapes(&judged.escapes, &explanation.escapes, commands),
        }
    }
}

/// The command lines that rows name: of the pair's escapes, attempts and reads, and of the
/// matrix.
fn commands(findings: &Findings) -> Commands<'_> {
    let observed = findings.observed.iter();
    let tried = observed.clone().flat_map(|seen| &seen.attempts);
    let read = observed.flat_map(|seen| &seen.reads);
    let extra = findings.extra.iter().flatten();
    Commands::new(
        findings
            .pair
            .iter()
            .flat_map(of_escapes)
            .chain(tried.map(|one| &one.actor.command))
            .chain(read.map(|one| &one.actor.command))
            .chain(extra.flat_map(of_escapes)),
    )
}

fn of_escapes(explanation: &Explanation) -> impl Iterator<Item = &CommandLine> {
    let escapes = explanation.escapes.iter();
    escapes.filter_map(|one| one.command.as_ref())
}

/// A row of the matrix to be.
#[derive(Clone, Copy)]
struct Row<'a> {
    facts: &'a Facts,
    extra: &'a Extra,
    explanation: Option<&'a Explanation>,
}

impl Row<'_> {
    fn wire(self, commands: &Commands<'_>, advice: &dyn Advice) -> MatrixRow {
        let name = row_name(self.facts, self.extra);
        let judged = match &self.extra.outcome {
            Err(error) => return failed(name, trouble_of_error(error, advice)),
            Ok(judged) => judged,
        };
        let found = self.explanation.map_or_else(Found::default, |explanation| {
            Found::new(judged, explanation, self.facts.epoch, commands)
        });
        let findings = RowFindings {
            comparison: &judged.comparison,
            trouble: trouble(&judged.comparison, advice),
            verdict: judged.verdict().into(),
            divergences: found.divergences,
            causes: found.causes,
            escapes: found.escapes,
            warnings: warnings(&judged.built),
        };
        compared(name, findings)
    }
}

fn row_name<'a>(facts: &Facts, extra: &Extra) -> RowName<'a> {
    let outside = |altered: &AlteredSystem| match altered.altered {
        Some(_) => RowOutside::Different,
        None => RowOutside::Suite(altered.name.clone()),
    };
    RowName {
        label: extra.label,
        mode: scripts_ran(extra.mode).into(),
        technique: extra.mode.technique(),
        outside: facts.altered_of(extra).map_or(RowOutside::Same, outside),
    }
}

/// What went wrong, and what the user can do about it.
pub(crate) fn trouble_of_error(error: &Error, advice: &dyn Advice) -> Trouble {
    Trouble {
        what: error.to_string().replace('\n', " "),
        hint: advice.of_verification(error),
    }
}

/// The first trouble of an extra build. A build that fails because its outside system is
/// altered has shown that it reads it, which is a finding.
fn trouble_of_extra(facts: &Facts, rows: &[MatrixRow]) -> Option<Trouble> {
    let mut extra = facts.extra.iter().zip(rows);
    extra.find_map(|(extra, row)| {
        let is_finding = extra.outcome.is_err() && extra.altered.is_some();
        row.trouble.clone().filter(|_| !is_finding)
    })
}
