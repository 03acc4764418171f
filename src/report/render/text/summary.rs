//! How much diverges, and how much of that is explained, in a line.

use crate::report::wire::divergence::DivergentAspect;
use crate::report::wire::report::Report;
use crate::text::number::grouped;

/// The line; none if nothing diverges.
pub(crate) fn summary(report: &Report) -> String {
    let count = report.divergences.len();
    if count == 0 && report.archive.is_empty() {
        return String::new();
    }
    let name = |one: &DivergentAspect| match &one.within {
        Some(part) => format!("{} of {part}", one.name),
        None => one.name.clone(),
    };
    let names: Vec<String> = report.archive.iter().map(name).collect();
    let aspects = if names.is_empty() {
        String::new()
    } else {
        format!("; of the archive: {}", names.join(", "))
    };
    let divergent = match count {
        1 => "1 divergent entry".to_owned(),
        count => format!("{} divergent entries", grouped(count as u64)),
    };
    let entries = match causes(report) {
        Some(causes) if count > 0 => {
            let mut rows = report.divergences.iter();
            let unexplained = rows.by_ref().filter(|row| row.cause.is_none()).count();
            let explained = grouped((count - unexplained) as u64);
            format!("{explained} of {divergent} explained by {causes}")
        }
        _ => divergent,
    };
    format!("{entries}{aspects}\n")
}

/// The number of causes that explain divergent entries; none if there are no causes at all.
fn causes(report: &Report) -> Option<String> {
    if report.causes.is_empty() {
        return None;
    }
    let causes = report.causes.iter();
    Some(match causes.filter(|cause| cause.entries > 0).count() {
        1 => "1 cause".to_owned(),
        count => format!("{count} causes"),
    })
}
