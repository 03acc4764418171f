//! One maintainer script, read as a chrootless initial installation would run it.

use std::collections::{BTreeMap, BTreeSet};

use crate::debian::maintainer_script::ScriptKind;
use crate::explain::scripts::interpret::asked::{Conditions, Outcomes};
use crate::explain::scripts::interpret::effort::ReadLimit;
use crate::explain::scripts::interpret::value::Value;
use crate::explain::scripts::interpret::walk::{TIMES, Walk, Walked};
use crate::explain::scripts::line::{Act, Line, Reach, ScriptLines};
use crate::explain::scripts::makers::makes;
use crate::explain::scripts::shell::parser::{self, Parsed};
use crate::explain::scripts::snippet::Snippet;
use crate::explain::scripts::support::{FirstRun, NamesRoot, Support};
use crate::tar::entry_path::EntryPath;

/// One maintainer script, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedScript {
    /// How it supports `DPKG_ROOT`.
    pub support: Support,
    /// What runs it: `sh`, `bash`, `perl`, `ELF`.
    pub interpreter: String,
    /// The first line that was not understood, from 1.
    pub unread: Option<usize>,
    /// What ended the reading before the script's end.
    pub limit: Option<ReadLimit>,
    lines: Vec<Line>,
    /// The words of the commands of each line, `*` for what is not known.
    commands: BTreeMap<usize, BTreeSet<Vec<String>>>,
    /// The conditions around the commands of each line.
    conditions: BTreeMap<usize, Vec<Conditions>>,
    /// For each line, the lines of the tests of absolute paths that decide whether it runs.
    tests: BTreeMap<usize, BTreeSet<usize>>,
    /// The lines that do something when the package is installed for the first time.
    first: BTreeSet<usize>,
    /// The lines that do something when the script runs for a trigger.
    triggered: BTreeSet<usize>,
    text: ScriptLines,
}

/// What dpkg runs a script for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// The package is installed for the first time.
    FirstRun,
    /// The package is interested in a trigger that was activated.
    Trigger,
}

/// Whether a package is interested in triggers, for which dpkg runs its postinst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerInterest {
    /// Its `triggers` file declares an interest.
    Declared,
    /// It declares none.
    Absent,
}

impl ParsedScript {
    /// Reads a script of a package.
    #[must_use]
    pub fn read(kind: ScriptKind, content: &[u8], interest: TriggerInterest) -> Self {
        let interpreter = interpreter(content);
        let text = ScriptLines::new(content);
        let named = NamesRoot::in_text(content);
        if !is_shell(&interpreter) {
            return Self {
                support: Support::of_other_program(kind, named),
                interpreter,
                unread: None,
                limit: None,
                lines: Vec::new(),
                commands: BTreeMap::new(),
                conditions: BTreeMap::new(),
                tests: BTreeMap::new(),
                first: BTreeSet::new(),
                triggered: BTreeSet::new(),
                text,
            };
        }
        let Parsed { commands, unread } = parser::parse(content);
        let mut walked = Walked::default();
        let FirstRun { argument, reach } = FirstRun::new(kind);
        let initial = [Value::known(argument), Value::known("")];
        Walk::through(&commands, &initial, reach, &mut walked);
        let first = walked.running();
        let mut on_trigger = Walked::default();
        if interest == TriggerInterest::Declared && kind == ScriptKind::Postinst {
            let triggered = [Value::known("triggered"), Value::unknown()];
            Walk::through(&commands, &triggered, reach, &mut on_trigger);
        }
        let triggered = on_trigger.running();
        walked.join(on_trigger);
        let names_root = match named {
            _ if walked.names_root => NamesRoot::Yes,
            // A line that was not understood, or not reached, may be the one that names it.
            named if unread.is_some() || walked.limit.is_some() => named,
            _ => NamesRoot::No,
        };
        let lines = walked.lines.into_iter();
        let lines: Vec<Line> = lines
            .filter_map(|(number, acts)| Line::new(&text, number, acts))
            .collect();
        Self {
            support: Support::new(kind, names_root, &lines),
            interpreter,
            unread,
            limit: walked.limit,
            lines,
            commands: walked.commands,
            conditions: walked.conditions,
            tests: walked.tests,
            first,
            triggered,
            text,
        }
    }

    /// Whether a line runs on an occasion, as far as it is known what the line does.
    pub(crate) fn runs(&self, number: usize, occasion: Occasion) -> bool {
        let running = match occasion {
            Occasion::FirstRun => &self.first,
            Occasion::Trigger => &self.triggered,
        };
        let is_known = self.lines.iter().any(|line| line.number == number);
        !is_known || running.contains(&number)
    }

    /// Whether a line ran, or may have, given how programs ended: one of its commands did, and the
    /// conditions around it held.
    pub(crate) fn may_have_run(&self, number: usize, of: &impl Fn(&[String]) -> Outcomes) -> bool {
        let mut commands = self.commands(number).peekable();
        if commands.peek().is_some() && !commands.any(|words| of(words).has_run()) {
            return false;
        }
        let Some(times) = self.conditions.get(&number) else {
            return true;
        };
        times.len() > TIMES || times.iter().any(|conditions| conditions.may_hold(of))
    }

    /// The words of all commands, as [`commands`](Self::commands) has them.
    pub(crate) fn all_commands(&self) -> impl Iterator<Item = &[String]> {
        self.commands.values().flatten().map(Vec::as_slice)
    }

    /// Whether a shell runs it, so that its lines are read.
    pub(crate) fn is_shell(&self) -> bool {
        is_shell(&self.interpreter)
    }

    /// The lines that do something, in order.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The lines that act on the outside in a chrootless installation.
    pub fn silent_lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.is_silent())
    }

    /// The words of the commands of a line, `*` for what is not known and `$DPKG_ROOT` for the root.
    pub(crate) fn commands(&self, number: usize) -> impl Iterator<Item = &[String]> {
        let commands = self.commands.get(&number).into_iter().flatten();
        commands.map(Vec::as_slice)
    }

    /// The lines with commands of which it is not known what they do, those whose number is wanted.
    pub(crate) fn other_lines(&self, is_wanted: impl Fn(usize) -> bool) -> Vec<Line> {
        let is_known = |number: usize| self.lines.iter().any(|line| line.number == number);
        let numbers = self.commands.keys().copied();
        numbers
            .filter(|number| !is_known(*number) && is_wanted(*number))
            .map(|number| self.unknown_line(number))
            .collect()
    }

    /// A line by its number.
    pub(crate) fn line(&self, number: usize) -> Line {
        let known = self.lines.iter().find(|line| line.number == number);
        known.cloned().unwrap_or_else(|| self.unknown_line(number))
    }

    /// A line of which it is not known what it does.
    fn unknown_line(&self, number: usize) -> Line {
        Line {
            number,
            text: self.text.whole_line(number),
            reach: Reach::Installs,
            acts: Vec::new(),
        }
    }

    /// The lines with the tests of absolute paths, without `DPKG_ROOT`, that decide whether a line
    /// runs.
    pub fn tests_before(&self, number: usize) -> impl Iterator<Item = &Line> {
        let tests = self.tests.get(&number).into_iter().flatten();
        tests.filter_map(|test| self.lines.iter().find(|line| line.number == *test))
    }

    /// The part of the script that debhelper added and that a line stands in.
    #[must_use]
    pub fn snippet(&self, number: usize) -> Option<Snippet> {
        self.text.snippet(number)
    }

    /// The lines that name a path, or whose acts do once arguments and variables are put in.
    #[must_use]
    pub fn lines_about(&self, path: &str) -> Vec<Line> {
        let path = from_root(path);
        let acting = self.lines.iter();
        let mut about: Vec<Line> = acting
            .filter(|line| line.acts.iter().any(|act| concerns(act, path)))
            .cloned()
            .collect();
        for number in self.text.naming(path) {
            if about.iter().all(|line| line.number != number) {
                let known = self.lines.iter().find(|line| line.number == number);
                let line = known.cloned();
                about.push(line.unwrap_or_else(|| self.unknown_line(number)));
            }
        }
        about.sort_by_key(|line| line.number);
        about
    }
}

/// A path from the root, in the spelling in which paths are compared.
fn from_root(path: &str) -> &str {
    let path = EntryPath::new(path.as_bytes()).from_root();
    // The rest of a text after ASCII characters is a text.
    std::str::from_utf8(path).unwrap_or_default()
}

/// Whether an act is about a path, or runs a tool that is known to make it.
fn concerns(act: &Act, path: &str) -> bool {
    match act {
        Act::Writes(known) | Act::Reads(known) => from_root(known) == path,
        Act::Runs(tool) | Act::Helper(tool) => makes(tool, path),
        Act::Rooted(known) => from_root(known) == path || makes(known, path),
    }
}

fn is_shell(interpreter: &str) -> bool {
    matches!(interpreter, "sh" | "dash" | "bash" | "ash")
}

/// What runs a script, by its first line.
fn interpreter(content: &[u8]) -> String {
    if content.starts_with(b"\x7fELF") {
        return "ELF".to_owned();
    }
    let first = content.split(|byte| *byte == b'\n').next();
    let first = String::from_utf8_lossy(first.unwrap_or_default()).into_owned();
    let mut words = first
        .strip_prefix("#!")
        .unwrap_or_default()
        .split_whitespace();
    let program = words.next().unwrap_or("none");
    let name = program.rsplit('/').next().unwrap_or(program);
    if name == "env" {
        return words.next().unwrap_or("env").to_owned();
    }
    name.to_owned()
}
