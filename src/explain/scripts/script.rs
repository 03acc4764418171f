//! One maintainer script, read: its lines that do something, and how it supports `DPKG_ROOT`.

use crate::explain::scripts::commands::makes;
use crate::explain::scripts::interpret::value::Value;
use crate::explain::scripts::interpret::walk::{Walk, Walked};
use crate::explain::scripts::kind::Kind;
use crate::explain::scripts::line::{Act, Line, Reach, Support};
use crate::tar::entry_path::EntryPath;

/// One maintainer script, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// How it supports `DPKG_ROOT`.
    pub support: Support,
    /// `sh`, `bash`, `perl`, `ELF`: what runs it.
    pub interpreter: String,
    /// Where reading it ended or stumbled: the line, from 1.
    pub unread: Option<usize>,
    lines: Vec<Line>,
    text: Vec<String>,
}

impl Script {
    /// Reads a script. `is_triggered`: its package has an interest in triggers.
    #[must_use]
    pub fn read(kind: Kind, content: &[u8], is_triggered: bool) -> Self {
        let interpreter = interpreter(content);
        let text = String::from_utf8_lossy(content);
        let text: Vec<String> = text.lines().map(str::to_owned).collect();
        let names_root = content
            .split(|byte| *byte == b'\n')
            .any(|line| !line.trim_ascii_start().starts_with(b"#") && names_root(line));
        if !matches!(interpreter.as_str(), "sh" | "dash" | "bash" | "ash") {
            let support = match () {
                () if kind.runs_later() => Support::NoneNeeded,
                () if names_root => Support::Aware,
                () => Support::Unread,
            };
            return Self {
                support,
                interpreter,
                unread: None,
                lines: Vec::new(),
                text,
            };
        }
        let (list, unread) = crate::explain::scripts::shell::parser::parse(content, 1, 0);
        let mut walked = Walked::default();
        let (first, reach) = kind.action();
        let initial = [Value::known(first), Value::known("")];
        Walk::through(&list, &initial, reach, &mut walked);
        if is_triggered && kind == Kind::Postinst {
            let triggered = [Value::known("triggered"), Value::unknown()];
            Walk::through(&list, &triggered, reach, &mut walked);
        }
        let unread = unread.or(walked.is_capped.then_some(text.len()));
        let is_aware = walked.names_root || (unread.is_some() && names_root);
        let lines: Vec<Line> = walked
            .lines
            .into_iter()
            .filter_map(|(number, acts)| line(&text, number, acts))
            .collect();
        Self {
            support: support(kind, is_aware, &lines),
            interpreter,
            unread,
            lines,
            text,
        }
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

    /// Whether the text names a path as a whole word, comments aside.
    #[must_use]
    pub fn mentions(&self, path: &str) -> bool {
        self.naming(path).next().is_some()
    }

    /// The lines that name a path, or whose acts do once arguments and variables are put in.
    #[must_use]
    pub fn lines_about(&self, path: &str) -> Vec<Line> {
        let path = from_root(path);
        let mut about: Vec<Line> = self
            .lines
            .iter()
            .filter(|line| line.acts.iter().any(|act| concerns(act, path)))
            .cloned()
            .collect();
        for number in self.naming(path) {
            if about.iter().all(|line| line.number != number) {
                let known = self.lines.iter().find(|line| line.number == number);
                about.push(known.cloned().unwrap_or_else(|| Line {
                    number,
                    text: whole(&self.text, number),
                    reach: Reach::Installs,
                    acts: Vec::new(),
                }));
            }
        }
        about.sort_by_key(|line| line.number);
        about
    }

    /// The numbers of the lines that name a path.
    fn naming(&self, path: &str) -> impl Iterator<Item = usize> {
        let path = from_root(path);
        let is_part = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
        let names = move |line: &String| {
            !line.trim_start().starts_with('#')
                && !path.is_empty()
                && line.match_indices(path).any(|(at, _)| {
                    let (before, rest) = line.split_at(at);
                    let after = rest.strip_prefix(path).unwrap_or_default();
                    before.ends_with('/') && !after.starts_with(is_part)
                })
        };
        let numbered = self.text.iter().enumerate();
        numbered
            .filter(move |(_, line)| names(line))
            .map(|(index, _)| index + 1)
    }
}

/// Whether a line names `DPKG_ROOT`.
fn names_root(line: &[u8]) -> bool {
    line.windows(b"DPKG_ROOT".len())
        .any(|window| window == b"DPKG_ROOT")
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

fn support(kind: Kind, is_aware: bool, lines: &[Line]) -> Support {
    let helps = |line: &Line| {
        line.reach < Reach::NotChrootless
            && line.acts.iter().any(|act| matches!(act, Act::Helper(_)))
    };
    match () {
        () if kind.runs_later() => Support::NoneNeeded,
        () if is_aware => Support::Aware,
        () if lines.iter().any(Line::is_silent) => Support::Silent,
        () if lines.iter().any(helps) => Support::Helper,
        () => Support::NoneNeeded,
    }
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

/// One line; of several ways that it is reached, the acts of the nearest.
fn line(text: &[String], number: usize, acts: Vec<(Act, Reach)>) -> Option<Line> {
    let reach = acts.iter().map(|(_, reach)| *reach).min()?;
    let acts = acts.into_iter().filter(|(_, known)| *known == reach);
    Some(Line {
        number,
        text: whole(text, number),
        reach,
        acts: acts.map(|(act, _)| act).collect(),
    })
}

/// A line with the lines that continue it.
fn whole(text: &[String], number: usize) -> String {
    let mut whole = String::new();
    for line in text.iter().skip(number.saturating_sub(1)) {
        match line.strip_suffix('\\') {
            Some(line) => whole.push_str(&format!("{} ", line.trim())),
            None => {
                whole.push_str(line.trim());
                break;
            }
        }
    }
    whole.trim().to_owned()
}
