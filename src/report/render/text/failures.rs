//! The maintainer scripts that fail chrootless.

use crate::report::render::text::side::is_compared;
use crate::report::wire::failure::Failure;
use crate::report::wire::report::Report;
use crate::text::quote;

/// Most lines of a script's own words that are shown from their beginning and from their end; the
/// JSON report has more.
const SHOWN: usize = 4;

/// The scripts; nothing if none fails.
pub(crate) fn failures(report: &Report) -> String {
    let count = report.failures.len();
    let scripts = match count {
        0 => return String::new(),
        1 => "1 script fails chrootless".to_owned(),
        count => format!("{count} scripts fail chrootless"),
    };
    let went_on = match (is_compared(report), count) {
        (false, _) => "",
        (true, 1) => "; the builds went on as if it had succeeded",
        (true, _) => "; the builds went on as if they had succeeded",
    };
    let rows: String = report.failures.iter().map(failure).collect();
    format!("\nFAILURES  {scripts}{went_on}\n{rows}\n")
}

/// One script: why it fails, where, and what it said.
pub(crate) fn failure(failure: &Failure) -> String {
    let version = failure.version.iter();
    let version = version.map(|version| format!(" {}", quote(version.as_bytes())));
    let mut out = format!(
        "  {}{}, {}: exit status {}: {}\n",
        quote(failure.package.as_bytes()),
        version.collect::<String>(),
        failure.script.as_str(),
        failure.status,
        failure.reason
    );
    if let (Some(line), Some(command)) = (failure.line, &failure.command) {
        out.push_str(&format!("    line {line}: {}\n", quote(command.as_bytes())));
    }
    out.push_str(&words(&failure.words));
    if !failure.after.is_empty() {
        let names = failure.after.iter().map(|name| quote(name.as_bytes()));
        let names = names.collect::<Vec<_>>().join(", ");
        out.push_str(&format!("    this may follow from {names}\n"));
    }
    out
}

/// The first and the last lines of a script's own words.
fn words(words: &[String]) -> String {
    let last = words.len().saturating_sub(SHOWN).max(SHOWN);
    let line = |line: &String| format!("    | {}\n", quote(line.as_bytes()));
    let mut out: String = words.iter().take(SHOWN).map(line).collect();
    match last.saturating_sub(SHOWN) {
        0 => {}
        1 => out.push_str("    | and 1 more line, in the JSON report\n"),
        count => out.push_str(&format!(
            "    | and {count} more lines, in the JSON report\n"
        )),
    }
    out.extend(words.iter().skip(last).map(line));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_words_are_shown_at_both_ends() {
        let lines = |count: usize| -> Vec<String> {
            (1..=count).map(|number| number.to_string()).collect()
        };
        assert_eq!(words(&[]), "");
        assert_eq!(words(&lines(2)), "    | 1\n    | 2\n");
        assert_eq!(words(&lines(8)).lines().count(), 8);
        let many = words(&lines(10));
        assert_eq!(many.lines().count(), 9);
        assert!(many.contains("| 4\n    | and 2 more lines, in the JSON report\n    | 7\n"));
    }
}
