//! Command lines of observed processes, the same in every build.

use crate::trace::process::Process;

/// The words of a command line, in which mmdebstrap's temporary directory is called `ROOT`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommandLine {
    /// The program and its arguments, not quoted.
    pub words: Vec<String>,
}

impl CommandLine {
    /// The command that a script ran and that the process is part of; of a process without
    /// one, its own.
    #[must_use]
    pub fn of_script(process: &Process) -> Self {
        if process.command.is_empty() {
            Self::of_process(process)
        } else {
            Self::new(&process.command)
        }
    }

    /// The command line of the process itself.
    #[must_use]
    pub fn of_process(process: &Process) -> Self {
        Self::new(&process.argv)
    }

    fn new(words: &[String]) -> Self {
        Self {
            words: words.iter().map(|word| without_root(word)).collect(),
        }
    }
}

/// A text in which the path of mmdebstrap's temporary directory, whose name is random, is
/// replaced by `ROOT`.
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
        assert_eq!(
            CommandLine::of_script(&process).words,
            ["ldconfig", "-r", "ROOT/etc"]
        );
    }
}
