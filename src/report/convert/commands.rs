//! The command lines of a report, each once, and their ids.

use std::collections::BTreeMap;

use crate::explain::command_line::CommandLine;
use crate::report::wire::command::{Command, CommandName};

/// The command lines that rows of a report name, numbered in the order of their first row.
#[derive(Debug, Default)]
pub(crate) struct Commands<'a> {
    ordered: Vec<&'a CommandLine>,
    ids: BTreeMap<&'a CommandLine, String>,
}

impl<'a> Commands<'a> {
    pub(crate) fn new(all: impl Iterator<Item = &'a CommandLine>) -> Self {
        let mut commands = Self::default();
        for command in all {
            if !commands.ids.contains_key(command) {
                commands.ordered.push(command);
                let id = commands.ordered.len().to_string();
                let _ = commands.ids.insert(command, id);
            }
        }
        commands
    }

    /// How a row names a command line.
    pub(crate) fn name(&self, command: &CommandLine) -> CommandName {
        match self.ids.get(command) {
            Some(id) => CommandName::Id(id.clone()),
            None => CommandName::Argv(command.words.clone()),
        }
    }

    /// All of them.
    pub(crate) fn rows(&self) -> Vec<Command> {
        let numbered = self.ordered.iter().enumerate();
        numbered
            .map(|(at, command)| Command {
                id: (at + 1).to_string(),
                argv: command.words.clone(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(word: &str) -> CommandLine {
        CommandLine {
            words: vec![word.to_owned()],
        }
    }

    #[test]
    fn a_command_line_stands_once_and_is_named_by_its_number() {
        let lines = [line("b"), line("a"), line("b")];
        let commands = Commands::new(lines.iter());
        let names = lines.iter().map(|one| commands.name(one));
        let names: Vec<_> = names.collect();
        let id = |id: &str| CommandName::Id(id.to_owned());
        assert_eq!(names, [id("1"), id("2"), id("1")]);
        let rows = commands.rows().into_iter().map(|row| (row.id, row.argv));
        let expected = [("1", "b"), ("2", "a")].map(|(id, word)| (id.to_owned(), line(word).words));
        assert_eq!(rows.collect::<Vec<_>>(), expected);
    }
}
