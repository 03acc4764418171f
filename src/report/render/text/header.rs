//! The first lines of a report: the verdict, what it is about, the sides, trouble.

use crate::report::render::text::side::sides;
use crate::report::wire::report::Report;
use crate::report::wire::verdict::Verdict;

/// The first lines.
pub(crate) fn header(report: &Report) -> String {
    let verdict = match report.verdict {
        Verdict::Identical => "IDENTICAL",
        Verdict::Divergent => "DIVERGENT",
        Verdict::Escaped => "ESCAPED",
        Verdict::Unbuildable => "UNBUILDABLE",
        Verdict::Failed => "FAILED",
    };
    let title = verified(report)
        .unwrap_or_else(|| format!("{} | {}", report.left.source, report.right.source));
    let mut out = format!("{verdict}  {title}\n");
    out.push_str(&sides(report));
    if let Some(trouble) = &report.trouble {
        out.push_str(&format!("  trouble    {}\n", trouble.what));
    }
    out
}

/// The recipe of `verify`: suite, variant, further packages, architecture, epoch.
fn verified(report: &Report) -> Option<String> {
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
