//! Command lines of observed processes, the same in every build.

use crate::debian::temporary_root::without_root;
use crate::explain::random_name::with_equal_names;
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
            words: words.iter().map(|word| shown(word)).collect(),
        }
    }
}

/// A word, the same in every build.
fn shown(word: &str) -> String {
    with_equal_names(&without_root(word))
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
