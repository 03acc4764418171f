//! Lines of evidence, the same words in every rule.

use crate::text::quote;
use crate::trace::process::{Process, Script};

use crate::explain::case::{bare, word};

/// Longest command line that is quoted whole.
const COMMAND: usize = 160;

/// `udev postinst configure`.
pub(crate) fn script(script: &Script) -> String {
    let mut line = format!("{} {}", script.package, word(script));
    let arguments = script.arguments.iter().filter(|word| !word.is_empty());
    for argument in arguments.take(2) {
        if argument != "triggered" {
            line.push(' ');
            line.push_str(&quote(argument.as_bytes()));
        }
    }
    line
}

/// That a script wrote a path in the normal build only, beside the one that it is blamed on.
pub(crate) fn left_out_as_well(path: &[u8], by: &Script, process: &Process) -> String {
    format!(
        "{}: {} left out {} as well",
        quote(bare(path)),
        script(by),
        command(process)
    )
}

/// What a script ran, of which a process is or comes from, the temporary root named `ROOT`.
pub(crate) fn command(process: &Process) -> String {
    let words = if process.command.is_empty() {
        &process.argv
    } else {
        &process.command
    };
    let words = words.iter().map(|word| match word.as_str() {
        "" => "''".to_owned(),
        word => quote(word.as_bytes()),
    });
    let line = without_root(&words.collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(COMMAND) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

/// A text in which mmdebstrap's temporary root, whose name is random, is called `ROOT`.
#[must_use]
pub fn without_root(text: &str) -> String {
    const START: &str = "/tmp/mmdebstrap.";
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(START) {
        out.push_str(before);
        out.push_str("ROOT");
        rest = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_the_root_and_not_its_random_name() {
        let process = Process {
            script: None,
            argv: ["ldconfig", "-r", "/tmp/mmdebstrap.a_B1/etc"]
                .map(str::to_owned)
                .to_vec(),
            command: vec![],
        };
        assert_eq!(command(&process), "ldconfig -r ROOT/etc");
    }
}
