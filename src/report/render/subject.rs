//! What a report is about, in a few words.

use crate::report::wire::report::Report;
use crate::report::wire::verdict::Verdict;

/// The verdict as a heading has it.
pub(crate) fn verdict(report: &Report) -> &'static str {
    match report.verdict {
        Verdict::Identical => "IDENTICAL",
        Verdict::Divergent => "DIVERGENT",
        Verdict::Escaped => "ESCAPED",
        Verdict::Unbuildable => "UNBUILDABLE",
        Verdict::Failed => "FAILED",
    }
}

/// The recipe of `verify`, or the two archives of `compare`.
pub(crate) fn subject(report: &Report) -> String {
    recipe(report).unwrap_or_else(|| format!("{} | {}", report.left.source, report.right.source))
}

/// Suite, variant, further packages, architecture, epoch.
fn recipe(report: &Report) -> Option<String> {
    let frozen = report.frozen.as_ref()?;
    let include = frozen.include.iter().map(|package| format!(" +{package}"));
    Some(format!(
        "{} {}{} {}, SOURCE_DATE_EPOCH={}",
        frozen.suite,
        frozen.variant,
        include.collect::<String>(),
        frozen.architecture,
        frozen.source_date_epoch
    ))
}
