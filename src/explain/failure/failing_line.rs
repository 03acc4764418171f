//! The line of a script that failed.

use crate::debian::failed_script::FailedScript;
use crate::debian::maintainer_script::ScriptName;
use crate::explain::failure::complaint::Complaint;
use crate::explain::script_line::{Access, script_line};
use crate::explain::script_runs::kind;
use crate::explain::scripts::line::ScriptLines;
use crate::explain::scripts::package::Scripts;
use crate::trace::record::Trace;

/// A line of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingLine {
    /// Its number, from 1.
    pub number: usize,
    /// Its text with its continuations, without blanks at its ends.
    pub text: String,
}

/// The line that the shell names, else the one that was observed to fail, else the only one that
/// runs the program that complains with what it complains of.
pub(crate) fn failing_line(
    failed: &FailedScript,
    observed: Option<usize>,
    complaint: Option<&Complaint>,
    text: &[u8],
) -> Option<FailingLine> {
    let lines = ScriptLines::new(text);
    let shell = failed.shell_complaint().and_then(|shell| shell.line);
    let number = shell.or(observed);
    let number = number.or_else(|| only_line(&lines, complaint?))?;
    let text = lines.whole_line(number);
    (!text.is_empty()).then_some(FailingLine { number, text })
}

/// Number of the line whose command a script ran last and that failed, if one is likelier than all
/// others, in a build in which the script's failure was passed over.
pub(crate) fn observed_line(trace: &Trace, scripts: &Scripts, name: &ScriptName) -> Option<usize> {
    let mut courses = trace.courses.iter();
    let (_, course) = courses
        .find(|(script, _)| script.package == name.package && kind(script) == Some(name.script))?;
    let last = course.commands.last().filter(|last| last.has_failed)?;
    script_line(scripts, &last.process, b"", Access::Writes, &[trace])
}

fn only_line(lines: &ScriptLines, complaint: &Complaint) -> Option<usize> {
    let has = |word: &str| {
        let numbers = (1..=lines.len()).filter(|number| {
            let line = lines.whole_line(*number);
            !line.starts_with('#') && words(&line).any(|other| other == word)
        });
        numbers.collect::<Vec<_>>()
    };
    let running = has(&complaint.program);
    let operand = complaint.operand.as_deref();
    let about = operand.map(|operand| {
        let mut running = running.clone();
        running.retain(|number| lines.whole_line(*number).contains(operand));
        running
    });
    let found = about.filter(|about| !about.is_empty()).unwrap_or(running);
    match found.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// The words of a line, those in quotes too.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || "._+-".contains(c)))
}
