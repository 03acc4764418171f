//! A verification as a report.

use crate::explain::explanation::Explanation;
use crate::explain::packages::{RunFindings, packages};
use crate::report::convert::advice::{Advice, NoAdvice};
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
use crate::report::wire::package::Package;
use crate::report::wire::report::Report;
use crate::report::wire::trouble::Trouble;
use crate::verify::build_facts::scripts_ran;
use crate::verify::error::Error;
use crate::verify::explained::{ComparedBuild, explained};
use crate::verify::result::{Altered, Extra, Verification};

impl From<&Verification> for Report {
    /// The report of `verify`, without advice.
    fn from(facts: &Verification) -> Self {
        Self::of_verification(facts, &NoAdvice)
    }
}

impl Report {
    /// The report of `verify`.
    #[must_use]
    pub fn of_verification(facts: &Verification, advice: &dyn Advice) -> Self {
        let comparison = &facts.chrootless.comparison;
        let pair = ComparedBuild {
            mode: facts.modes.chrootless,
            judged: &facts.chrootless,
            altered: None,
        };
        let explained = ExplainedBuild::new(facts, pair);
        let found = explained.found(facts);
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
        let extra = facts.extra.iter();
        let extra: Vec<_> = extra.map(|one| ExplainedExtra::new(facts, one)).collect();
        let explanations = extra.iter().filter_map(ExplainedExtra::explanation);
        let packages = packages(RunFindings {
            comparison,
            escapes: &facts.chrootless.escapes,
            explanation: &explained.explanation,
            extra: &explanations.collect::<Vec<_>>(),
        });
        let matrix: Vec<_> = extra.iter().map(|one| one.row(facts, advice)).collect();
        let notes = facts.notes.iter().map(note::of_verification);
        Self {
            verdict: facts.verdict().into(),
            packages: packages.iter().map(Package::from).collect(),
            builds: builds(facts),
            frozen: Some(frozen(facts)),
            notes: pair.notes.iter().cloned().chain(notes).collect(),
            trouble: trouble(comparison, advice).or_else(|| trouble_of_extra(facts, &matrix)),
            matrix,
            timings: timings(facts.timings),
            ..pair
        }
    }
}

/// A build, and what explains it.
struct ExplainedBuild<'a> {
    build: ComparedBuild<'a>,
    explanation: Explanation,
}

/// What was found of one build, as wire values.
struct Found {
    divergences: Vec<DivergentEntry>,
    causes: Vec<Cause>,
    escapes: Vec<Escape>,
}

impl<'a> ExplainedBuild<'a> {
    fn new(facts: &Verification, build: ComparedBuild<'a>) -> Self {
        let explanation = explained(facts, build);
        Self { build, explanation }
    }

    fn found(&self, facts: &Verification) -> Found {
        let (judged, explanation) = (self.build.judged, &self.explanation);
        let comparison = &judged.comparison;
        let details = by_format(comparison, Some(facts.epoch));
        Found {
            divergences: divergences(comparison, &details, &explanation.attributions),
            causes: causes(&explanation.findings),
            escapes: escapes(&judged.escapes, &explanation.escapes),
        }
    }
}

/// An extra build, and what explains it.
struct ExplainedExtra<'a> {
    extra: &'a Extra,
    /// The altered outside system that it ran on; `None` for that of the pair.
    altered: Option<&'a Altered>,
    /// What explains it, or why it could not be made.
    outcome: Result<ExplainedBuild<'a>, &'a Error>,
}

impl<'a> ExplainedExtra<'a> {
    fn new(facts: &'a Verification, extra: &'a Extra) -> Self {
        let altered = extra.altered.and_then(|at| facts.altered.get(at));
        let build = |judged| ComparedBuild {
            mode: extra.mode,
            judged,
            altered,
        };
        let outcome = extra.outcome.as_ref();
        Self {
            extra,
            altered,
            outcome: outcome.map(|judged| ExplainedBuild::new(facts, build(judged))),
        }
    }

    fn explanation(&self) -> Option<&Explanation> {
        let explained = self.outcome.as_ref().ok()?;
        Some(&explained.explanation)
    }

    fn row_name(&self) -> RowName<'a> {
        let outside = |altered: &Altered| match altered.system.altered {
            Some(_) => RowOutside::Different,
            None => RowOutside::Suite(altered.system.name.clone()),
        };
        RowName {
            label: self.extra.label,
            mode: scripts_ran(self.extra.mode).into(),
            technique: self.extra.mode.technique(),
            outside: self.altered.map_or(RowOutside::Same, outside),
        }
    }

    fn row(&self, facts: &Verification, advice: &dyn Advice) -> MatrixRow {
        let explained = match &self.outcome {
            Err(error) => return failed(self.row_name(), trouble_of_error(error, advice)),
            Ok(explained) => explained,
        };
        let judged = explained.build.judged;
        let found = explained.found(facts);
        let findings = RowFindings {
            comparison: &judged.comparison,
            trouble: trouble(&judged.comparison, advice),
            verdict: judged.verdict().into(),
            divergences: found.divergences,
            causes: found.causes,
            escapes: found.escapes,
            warnings: warnings(&judged.built),
        };
        compared(self.row_name(), findings)
    }
}

fn trouble_of_error(error: &Error, advice: &dyn Advice) -> Trouble {
    Trouble {
        what: error.to_string().replace('\n', " "),
        hint: advice.of_verification(error),
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
