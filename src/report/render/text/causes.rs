//! Causes as text for people: what explains what, unexplained entries first.

use crate::report::{Cause, Report};

/// Lines of evidence that are shown of one cause; the JSON report has all of them.
const SHOWN: usize = 12;

/// How much is explained, after the count of divergent entries.
pub(crate) fn explained(report: &Report) -> Option<String> {
    let count = report.divergences.len();
    let explained = report
        .divergences
        .iter()
        .filter(|row| row.cause.is_some())
        .count();
    let causes = report
        .causes
        .iter()
        .filter(|cause| cause.entries > 0)
        .count();
    (count > 0 && !report.causes.is_empty()).then(|| {
        let causes = match causes {
            1 => "1 cause".to_owned(),
            causes => format!("{causes} causes"),
        };
        let entries = if count == 1 { "entry" } else { "entries" };
        format!("{explained} of {count} divergent {entries} explained by {causes}")
    })
}

/// The heading of one cause, and what it rests on.
pub(crate) fn cause(cause: &Cause, out: &mut String) {
    let entries = match cause.entries {
        0 => String::new(),
        1 => "   1 entry".to_owned(),
        count => format!("   {count} entries"),
    };
    out.push_str(&format!("\n{}  {}{entries}\n", cause.id, cause.title));
    for line in cause.evidence.iter().take(SHOWN) {
        out.push_str(&format!("   {line}\n"));
    }
    if cause.evidence.len() > SHOWN {
        out.push_str(&format!(
            "   and {} more lines, in the JSON report\n",
            cause.evidence.len() - SHOWN
        ));
    }
    if let Some(hint) = &cause.hint {
        out.push_str(&format!("   hint: {hint}\n"));
    }
    if let Some(bug) = &cause.bug {
        out.push_str(&format!("   see {bug}\n"));
    }
}
