//! What was found: scripts that fail, causes, and entries that nothing explains.

use crate::report::render::markdown::entries::entries;
use crate::report::render::markdown::escape::{block, code, words};
use crate::report::render::markdown::page::{Page, Part};
use crate::report::wire::cause::Cause;
use crate::report::wire::divergence::DivergentEntry;
use crate::report::wire::failure::Failure;
use crate::report::wire::report::Report;
use crate::text::number;

/// Most lines of evidence of one cause.
const EVIDENCE: usize = 12;
/// Most lines of a script's own words, the last ones.
const WORDS: usize = 12;

/// The scripts that fail chrootless.
pub(crate) fn failures(page: &mut Page, report: &Report) {
    if report.failures.is_empty() {
        return;
    }
    page.text("\n### Scripts that fail chrootless\n");
    for failure in &report.failures {
        page.add(Part::Failure, &self::failure(failure));
    }
}

fn failure(failure: &Failure) -> String {
    let mut out = format!(
        "\n**{} {}**: exit status {}: {}\n",
        words(&failure.package),
        failure.script.as_str(),
        failure.status,
        words(&failure.reason)
    );
    if let (Some(line), Some(command)) = (failure.line, &failure.command) {
        out.push_str(&format!("\nLine {line}: {}\n", code(command)));
    }
    if !failure.words.is_empty() {
        let skipped = failure.words.len().saturating_sub(WORDS);
        let lines = failure.words.iter().skip(skipped);
        let lines: String = lines.map(|line| format!("{line}\n")).collect();
        let before = match skipped {
            0 => String::new(),
            count => format!("({count} lines before, in the JSON report)\n"),
        };
        out.push_str(&format!("\n{}", block("text", &(before + &lines))));
    }
    if !failure.after.is_empty() {
        let names: Vec<String> = failure.after.iter().map(|name| code(name)).collect();
        out.push_str(&format!("\nThis may follow from {}.\n", names.join(", ")));
    }
    out
}

/// The causes with their entries, then the entries without a cause.
pub(crate) fn causes(page: &mut Page, report: &Report) {
    let of_cause = |id: Option<&str>| -> Vec<&DivergentEntry> {
        let all = report.divergences.all().iter();
        all.filter(|row| row.cause.as_deref() == id).collect()
    };
    let unexplained = of_cause(None);
    if !unexplained.is_empty() {
        let heading = match report.causes.is_empty() {
            true => "\n### Divergent entries\n\n",
            false => "\n### Unexplained entries\n\n",
        };
        page.text(heading);
        entries(page, &unexplained);
    }
    if !report.causes.is_empty() {
        page.text("\n### Causes\n");
    }
    for cause in &report.causes {
        page.add(Part::Cause, &self::cause(cause));
        let claimed = of_cause(Some(&cause.id));
        if !claimed.is_empty() {
            let count = number::entries(claimed.len() as u64);
            page.fold(&count, |page| entries(page, &claimed));
        }
    }
}

fn cause(cause: &Cause) -> String {
    let count = match cause.entries {
        0 => String::new(),
        count => format!(" ({})", number::entries(count)),
    };
    let mut out = format!(
        "\n#### {}. {}{count}\n\n",
        words(&cause.id),
        words(&cause.title)
    );
    for line in cause.evidence.iter().take(EVIDENCE) {
        out.push_str(&format!("- {}\n", code(line)));
    }
    match cause.evidence.len().saturating_sub(EVIDENCE) {
        0 => {}
        1 => out.push_str("- and 1 more line, in the JSON report\n"),
        rest => out.push_str(&format!("- and {rest} more lines, in the JSON report\n")),
    }
    if let Some(hint) = &cause.hint {
        out.push_str(&format!("\nHint: {}\n", words(hint)));
    }
    if let Some(bug) = &cause.bug {
        out.push_str(&format!("\nSee {}\n", code(bug)));
    }
    out
}
