//! Which rule each finding of a report is counted for.

use crate::report::known::file::Rules;
use crate::report::known::rule::KnownRule;
use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::{DivergentAspect, DivergentEntry};
use crate::report::wire::known::{Known, RuleFinding};
use crate::report::wire::outside::Escape;
use crate::report::wire::report::Report;

/// What each rule matches of a report; each finding is counted for the first rule that
/// matches it.
///
/// `today` is `YYYY-MM-DD`: a rule whose date is before it has expired, and what it matches
/// is no longer known. Rules for another architecture or technique are left out.
#[must_use]
pub fn known(report: &Report, rules: &Rules, today: &str) -> Vec<Known> {
    let concerned = rules.rules.iter().filter(|rule| concerns(report, rule));
    let concerned: Vec<&KnownRule> = concerned.collect();
    let mut counts = vec![0_u64; concerned.len()];
    for of_build in findings_by_build(report) {
        for finding in of_build.findings {
            let first = |is_expired: bool| {
                concerned.iter().position(|rule| {
                    rule.has_expired(today) == is_expired
                        && is_same(rule.technique.as_deref(), of_build.technique)
                        && finding.is_matched_by(rule)
                })
            };
            let found = first(false).or_else(|| first(true));
            if let Some(count) = found.and_then(|at| counts.get_mut(at)) {
                *count += 1;
            }
        }
    }
    let counted = concerned.into_iter().zip(counts);
    counted
        .map(|(rule, count)| Known {
            rule: rule.name.clone(),
            count,
            bug: rule.bug.clone(),
            reason: rule.reason.clone(),
            finding: if rule.has_expired(today) {
                Some(RuleFinding::Expired)
            } else if count == 0 {
                Some(RuleFinding::Unused)
            } else {
                None
            },
        })
        .collect()
}

/// How many findings a report has, and how many of them are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownCount {
    /// Findings that a rule knows which has not expired.
    pub(crate) known: u64,
    /// All findings.
    pub(crate) all: u64,
}

impl From<&Report> for KnownCount {
    fn from(report: &Report) -> Self {
        let builds = findings_by_build(report);
        let rules = report.known.iter();
        let valid = rules.filter(|known| known.finding != Some(RuleFinding::Expired));
        Self {
            known: valid.map(|known| known.count).sum(),
            all: builds.iter().map(|one| one.findings.len() as u64).sum(),
        }
    }
}

/// One thing that a rule may know.
enum Matchable<'a> {
    /// With the causes of its build.
    Entry(&'a DivergentEntry, &'a [Cause]),
    Aspect(&'a DivergentAspect),
    Escape(&'a Escape),
}

impl Matchable<'_> {
    fn is_matched_by(&self, rule: &KnownRule) -> bool {
        match self {
            Self::Entry(entry, causes) => {
                rule.matches_entry(entry) && is_of_rule(entry, causes, rule)
            }
            Self::Aspect(aspect) => rule.matches_aspect(aspect),
            Self::Escape(escape) => rule.matches_escape(escape),
        }
    }
}

/// Whether all lines of an entry are of the package that a rule is for, if it has several causes.
fn is_of_rule(entry: &DivergentEntry, causes: &[Cause], rule: &KnownRule) -> bool {
    let is_its = |cause: &Cause| rule.package.is_none() || cause.package == rule.package;
    let mut own = causes
        .iter()
        .filter(|cause| entry.causes.contains(&cause.id));
    own.all(is_its)
}

/// What was found of one build.
struct BuildFindings<'a> {
    /// How it was run, if that is known.
    technique: Option<&'a str>,
    findings: Vec<Matchable<'a>>,
}

/// The findings of the pair, and of each row of the matrix.
fn findings_by_build(report: &Report) -> Vec<BuildFindings<'_>> {
    let outside = report.outside.as_ref();
    let pair = BuildFindings {
        technique: technique(report),
        findings: findings(
            report.divergences.all(),
            &report.causes,
            &report.archive,
            outside.map_or(&[], |outside| &outside.escapes),
        ),
    };
    let rows = report.matrix.iter().map(|row| BuildFindings {
        technique: Some(&row.technique),
        findings: findings(&row.divergences, &row.causes, &row.archive, &row.escapes),
    });
    std::iter::once(pair).chain(rows).collect()
}

fn findings<'a>(
    entries: &'a [DivergentEntry],
    causes: &'a [Cause],
    aspects: &'a [DivergentAspect],
    escapes: &'a [Escape],
) -> Vec<Matchable<'a>> {
    let entries = entries.iter().map(|entry| Matchable::Entry(entry, causes));
    let aspects = aspects.iter().map(Matchable::Aspect);
    let escapes = escapes.iter().map(Matchable::Escape);
    entries.chain(aspects).chain(escapes).collect()
}

/// Whether a rule is for any of what was done. `compare` cannot know, and takes every rule.
fn concerns(report: &Report, rule: &KnownRule) -> bool {
    let wanted = rule.technique.as_deref();
    let architecture = report.frozen.as_ref().map(|frozen| &*frozen.architecture);
    let mut rows = report.matrix.iter();
    (is_same(wanted, technique(report)) || rows.any(|row| is_same(wanted, Some(&row.technique))))
        && is_same(rule.architecture.as_deref(), architecture)
}

/// The technique of the chrootless build of the pair.
fn technique(report: &Report) -> Option<&str> {
    let outside = report.outside.as_ref();
    outside.map(|outside| outside.technique.as_str())
}

/// Whether what a rule wants is what was done, as far as either is known.
fn is_same(wanted: Option<&str>, done: Option<&str>) -> bool {
    match (wanted, done) {
        (Some(wanted), Some(done)) => wanted == done,
        (Some(_), None) | (None, _) => true,
    }
}
