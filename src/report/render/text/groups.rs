//! Rows about the outside, grouped by who acted: package, script, line and command.

use crate::report::sentences::command_line;
use crate::report::wire::command::CommandName;
use crate::report::wire::outside::{Attempt, Escape, OutsideRead};
use crate::report::wire::report::Report;
use crate::report::wire::script::ScriptName;
use crate::text::quote;

/// Who acted, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Actor<'a> {
    pub(crate) package: Option<&'a str>,
    pub(crate) script: Option<ScriptName>,
    pub(crate) line: Option<u64>,
    pub(crate) command: Option<&'a CommandName>,
}

/// Rows of one actor, in their order.
#[derive(Debug)]
pub(crate) struct Group<'a, T> {
    pub(crate) actor: Actor<'a>,
    pub(crate) rows: Vec<&'a T>,
}

impl<'a> From<&'a Escape> for Actor<'a> {
    fn from(escape: &'a Escape) -> Self {
        Self {
            package: escape.package.as_deref(),
            script: escape.script,
            line: escape.line,
            command: escape.command.as_ref(),
        }
    }
}

impl<'a> From<&'a Attempt> for Actor<'a> {
    fn from(attempt: &'a Attempt) -> Self {
        Self {
            package: Some(&attempt.package),
            script: Some(attempt.script),
            line: attempt.line,
            command: Some(&attempt.command),
        }
    }
}

/// What a script looked at is grouped by its lines, whatever command looked.
impl<'a> From<&'a OutsideRead> for Actor<'a> {
    fn from(read: &'a OutsideRead) -> Self {
        Self {
            package: Some(&read.package),
            script: Some(read.script),
            line: read.line,
            command: None,
        }
    }
}

/// The rows by their actors, in the order of each actor's first row.
pub(crate) fn groups<'a, T>(rows: impl Iterator<Item = &'a T>) -> Vec<Group<'a, T>>
where
    Actor<'a>: From<&'a T>,
{
    let mut groups: Vec<Group<'a, T>> = Vec::new();
    for row in rows {
        let actor = Actor::from(row);
        match groups.iter_mut().find(|group| group.actor == actor) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group {
                actor,
                rows: vec![row],
            }),
        }
    }
    groups
}

impl Actor<'_> {
    /// `sed postinst line 3: rm -f /etc/a`
    pub(crate) fn heading(&self, report: &Report) -> String {
        let package = self.package.map_or_else(
            || "no known package".to_owned(),
            |name| quote(name.as_bytes()),
        );
        let script = self.script.map(|script| format!(" {}", script.as_str()));
        let line = self.line.map(|line| format!(" line {line}"));
        let command = self.command.and_then(|name| argv(report, name));
        let command = command.map(|argv| format!(": {}", command_line::shown(argv)));
        let parts = [script, line, command].into_iter().flatten();
        package + &parts.collect::<String>()
    }
}

/// The command line that a row names.
pub(crate) fn argv<'a>(report: &'a Report, name: &'a CommandName) -> Option<&'a [String]> {
    match name {
        CommandName::Argv(argv) => Some(argv),
        CommandName::Id(id) => {
            let mut commands = report.commands.iter();
            commands
                .find(|command| command.id == *id)
                .map(|command| command.argv.as_slice())
        }
    }
}
