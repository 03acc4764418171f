//! Findings that are of no script: other causes, unexplained entries, the archives, extra builds,
//! trouble.

use crate::report::render::entry_words::{kind, path};
use crate::report::render::issues::draft::{Draft, Severity};
use crate::report::render::issues::of_scripts::message;
use crate::report::render::issues::place::Place;
use crate::report::sentences::value::shown;
use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::{DivergentAspect, DivergentEntry};
use crate::report::wire::matrix::MatrixRow;
use crate::report::wire::report::Report;
use crate::report::wire::verdict::Verdict;
use crate::text::number::entries;

/// The findings.
pub(crate) fn drafts(report: &Report) -> Vec<Draft> {
    let mut drafts = Vec::new();
    drafts.extend(report.trouble.iter().map(|trouble| Draft {
        check: "trouble".to_owned(),
        severity: Severity::Blocker,
        message: trouble.what.clone(),
        place: Place::archive(report),
        text: String::new(),
    }));
    let causes = report.causes.iter();
    let others = causes.filter(|cause| cause.package.is_none() || cause.script.is_none());
    drafts.extend(others.map(|cause| of_no_script(report, cause)));
    drafts.extend(report.archive.iter().map(|one| aspect(report, one)));
    drafts.extend(report.matrix.iter().filter_map(|row| build(report, row)));
    let unexplained = report.divergences.all().iter();
    let unexplained = unexplained.filter(|entry| entry.cause.is_none());
    drafts.extend(unexplained.map(entry));
    drafts
}

fn of_no_script(report: &Report, cause: &Cause) -> Draft {
    let mut entries = report.divergences.all().iter();
    let first = entries.find(|entry| entry.cause.as_deref() == Some(&cause.id));
    Draft {
        check: cause.rule.clone(),
        severity: Severity::Major,
        message: message(cause),
        place: first.map_or_else(|| Place::archive(report), Place::entry),
        text: cause.title.clone(),
    }
}

fn aspect(report: &Report, aspect: &DivergentAspect) -> Draft {
    Draft {
        check: aspect.name.clone(),
        severity: Severity::Major,
        message: format!(
            "{}: {} | {}",
            aspect.name,
            shown(aspect.left.as_deref()),
            shown(aspect.right.as_deref())
        ),
        place: Place::archive(report),
        text: String::new(),
    }
}

/// An extra build, if it differs, changed the outside, or could not be made.
fn build(report: &Report, row: &MatrixRow) -> Option<Draft> {
    let what = match (&row.trouble, row.verdict) {
        (Some(trouble), _) => trouble.what.clone(),
        (None, Verdict::Identical) => return None,
        (None, verdict) => format!(
            "{}, {} diverge, {} changes outside",
            verdict.as_str(),
            entries(row.divergences.len() as u64),
            row.escapes.len()
        ),
    };
    Some(Draft {
        check: "extra-build".to_owned(),
        severity: Severity::Major,
        message: format!("the build {}: {what}", row.label),
        place: Place::archive(report),
        text: row.label.clone(),
    })
}

/// An entry that nothing explains.
fn entry(entry: &DivergentEntry) -> Draft {
    let fields = entry.fields.iter().map(|field| {
        let (left, right) = (shown(field.left.as_deref()), shown(field.right.as_deref()));
        format!("{} {left} | {right}", field.name)
    });
    let what = kind(entry).into_iter().chain(fields);
    Draft {
        check: "unexplained".to_owned(),
        severity: Severity::Critical,
        message: format!(
            "{} diverges: {}",
            path(entry),
            what.collect::<Vec<_>>().join(", ")
        ),
        place: Place::entry(entry),
        text: entry.kind.as_str().to_owned(),
    }
}
