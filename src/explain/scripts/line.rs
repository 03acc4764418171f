//! What the lines of a maintainer script do, and when.

use crate::explain::scripts::snippet::{self, Snippet};

/// When a line runs; the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// In a chrootless initial installation, or it may.
    Installs,
    /// Only if the system it runs on was booted with systemd, which no build is.
    BootedOnly,
    /// In an initial installation that is not chrootless: it is guarded by `DPKG_ROOT`.
    NotChrootless,
    /// On upgrade, on removal, or when something else failed.
    OtherAction,
}

/// What a line does. Paths are as far as they are known, `*` for the rest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// It acts on the chroot: by `DPKG_ROOT` before this path, or in an option of this tool.
    Rooted(String),
    /// It runs a helper that reads `DPKG_ROOT`.
    Helper(String),
    /// It changes a file by its absolute path, without `DPKG_ROOT`.
    Writes(String),
    /// It reads or looks for a file by its absolute path, without `DPKG_ROOT`.
    Reads(String),
    /// It runs a tool on the system as it is, with no root given.
    Runs(String),
}

impl Act {
    /// Whether it is about the outside, although it should be about the chroot.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        match self {
            Self::Writes(_) | Self::Reads(_) | Self::Runs(_) => true,
            Self::Rooted(_) | Self::Helper(_) => false,
        }
    }
}

/// An act, and when it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReachedAct {
    /// What is done.
    pub(crate) act: Act,
    /// When.
    pub(crate) reach: Reach,
}

/// A line that does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its text with the lines that continue its last command, without blanks at its ends.
    pub text: String,
    /// When it runs.
    pub reach: Reach,
    /// What it does when it runs.
    pub acts: Vec<Act>,
}

impl Line {
    /// A line of a script with these acts; if it is reached in several ways, only the acts of the
    /// nearest count. `None` if it does nothing.
    pub(crate) fn new(text: &ScriptLines, number: usize, acts: Vec<ReachedAct>) -> Option<Self> {
        let reach = acts.iter().map(|known| known.reach).min()?;
        let nearest = acts.into_iter().filter(|known| known.reach == reach);
        Some(Self {
            number,
            text: text.whole_line(number),
            reach,
            acts: nearest.map(|known| known.act).collect(),
        })
    }

    /// Whether it acts on the outside in a chrootless installation.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.reach == Reach::Installs && self.acts.iter().any(Act::is_silent)
    }
}

/// The text of a script, by its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScriptLines(Vec<String>);

impl ScriptLines {
    pub(crate) fn new(content: &[u8]) -> Self {
        let text = String::from_utf8_lossy(content);
        Self(text.lines().map(str::to_owned).collect())
    }

    /// Number of lines.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// A line with the lines that continue its last command. What follows an operator at its end is
    /// another command, on a line of its own.
    pub(crate) fn whole_line(&self, number: usize) -> String {
        let ends_command =
            |line: &str| ["&&", "||", "|", ";"].iter().any(|end| line.ends_with(end));
        let mut whole: Vec<&str> = Vec::new();
        for line in self.0.iter().skip(number.saturating_sub(1)) {
            let continued = line.strip_suffix('\\').map(str::trim);
            whole.push(continued.unwrap_or(line).trim());
            if continued.is_none_or(ends_command) {
                break;
            }
        }
        whole.join(" ").trim().to_owned()
    }

    /// The part that debhelper added and that a line stands in.
    pub(crate) fn snippet(&self, number: usize) -> Option<Snippet> {
        let before = self.0.iter().take(number).rev();
        before
            .take_while(|line| !snippet::is_end(line))
            .find_map(|line| Snippet::of_start(line))
    }

    /// Numbers of the lines that name a path, given from the root, as a whole word; comments do
    /// not count.
    pub(crate) fn naming(&self, path: &str) -> impl Iterator<Item = usize> {
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
        let numbered = self.0.iter().enumerate();
        numbered
            .filter(move |(_, line)| names(line))
            .map(|(index, _)| index + 1)
    }
}
