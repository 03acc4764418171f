//! What the help and the manual page of a command have beside its options.

/// The exit status of a command, and examples.
#[derive(Debug)]
pub(crate) struct Manual {
    pub(crate) exit_status: &'static [ExitStatus],
    pub(crate) examples: &'static [Example],
}

/// One exit status.
#[derive(Debug)]
pub(crate) struct ExitStatus {
    pub(crate) number: u8,
    pub(crate) means: &'static str,
}

/// One example.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) purpose: &'static str,
    pub(crate) command: &'static str,
}

/// Longest line of a help text, in characters.
const COLUMNS: usize = 95;

/// A row of [`Manual::exit_status`].
pub(crate) const fn exit(number: u8, means: &'static str) -> ExitStatus {
    ExitStatus { number, means }
}

/// A row of [`Manual::examples`].
pub(crate) const fn example(purpose: &'static str, command: &'static str) -> Example {
    Example { purpose, command }
}

impl Manual {
    /// The end of `--help`.
    pub(crate) fn help(&self) -> String {
        let statuses = self.exit_status.iter();
        let statuses = statuses.map(|status| format!("\n  {}", wrapped(status)));
        let mut out = format!("Exit status:{}", statuses.collect::<String>());
        if !self.examples.is_empty() {
            let examples = self.examples.iter();
            let examples = examples.map(|one| format!("  {}:\n      {}", one.purpose, one.command));
            out.push_str("\n\nExamples:\n");
            out.push_str(&examples.collect::<Vec<_>>().join("\n\n"));
        }
        out
    }
}

/// The number, and the sentence in lines that begin below its first word.
fn wrapped(status: &ExitStatus) -> String {
    let mut out = format!("{} ", status.number);
    let mut column = 4;
    for word in status.means.split(' ') {
        let length = word.chars().count();
        if column + 1 + length > COLUMNS {
            out.push_str("\n    ");
            column = 4;
        }
        out.push(' ');
        out.push_str(word);
        column += 1 + length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sentence_is_wrapped_below_its_first_word() {
        const MEANS: &str = "The tarballs differ, the outside system was modified, or a \
                             maintainer script fails chrootless";
        const MANUAL: Manual = Manual {
            exit_status: &[exit(0, "All is well"), exit(1, MEANS)],
            examples: &[example("Try it", "twinroot doctor")],
        };
        assert_eq!(
            MANUAL.help(),
            "Exit status:\n  0  All is well\n  1  The tarballs differ, the outside system was \
             modified, or a maintainer script fails\n     chrootless\n\nExamples:\n  Try it:\n      \
             twinroot doctor"
        );
    }
}
