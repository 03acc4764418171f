//! How a maintainer script supports `DPKG_ROOT`.

use crate::debian::maintainer_script::ScriptKind;
use crate::explain::scripts::line::{Act, Line, Reach};

/// How a script supports `DPKG_ROOT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Support {
    /// It names `DPKG_ROOT`: as a prefix, a guard or an option. Single lines may do without.
    Aware,
    /// It acts only through helpers that read `DPKG_ROOT` themselves.
    Helper,
    /// It does nothing on initial installation.
    NoneNeeded,
    /// It names files or runs tools of the system it runs on, without `DPKG_ROOT`.
    Silent,
    /// It is not a shell script, and does not name `DPKG_ROOT`.
    Unread,
}

/// When dpkg runs a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FirstRun {
    /// The script's first argument.
    pub(crate) argument: &'static str,
    /// When that is given.
    pub(crate) reach: Reach,
}

impl FirstRun {
    /// The first run of a script in the life of a package.
    pub(crate) fn new(kind: ScriptKind) -> Self {
        let (argument, reach) = match kind {
            ScriptKind::Config | ScriptKind::Postinst => ("configure", Reach::Installs),
            ScriptKind::Trigger => ("triggered", Reach::Installs),
            ScriptKind::Preinst => ("install", Reach::Installs),
            ScriptKind::Prerm | ScriptKind::Postrm => ("remove", Reach::OtherAction),
        };
        Self { argument, reach }
    }

    /// Whether it is not part of an initial installation.
    pub(crate) fn is_later(self) -> bool {
        self.reach != Reach::Installs
    }
}

impl Support {
    /// The support of a shell script whose lines are known. `names_root` says whether a line of it
    /// that an initial installation reaches names `DPKG_ROOT`.
    pub(crate) fn new(kind: ScriptKind, names_root: NamesRoot, lines: &[Line]) -> Self {
        let helps = |line: &Line| {
            line.reach < Reach::NotChrootless
                && line.acts.iter().any(|act| matches!(act, Act::Helper(_)))
        };
        match () {
            () if FirstRun::new(kind).is_later() => Self::NoneNeeded,
            () if names_root == NamesRoot::Yes => Self::Aware,
            () if lines.iter().any(Line::is_silent) => Self::Silent,
            () if lines.iter().any(helps) => Self::Helper,
            () => Self::NoneNeeded,
        }
    }

    /// The support of a program that is not a shell script.
    pub(crate) fn of_other_program(kind: ScriptKind, names_root: NamesRoot) -> Self {
        match names_root {
            _ if FirstRun::new(kind).is_later() => Self::NoneNeeded,
            NamesRoot::Yes => Self::Aware,
            NamesRoot::No => Self::Unread,
        }
    }
}

/// Whether a script names `DPKG_ROOT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamesRoot {
    /// It does, outside of comments.
    Yes,
    /// It does not.
    No,
}

impl NamesRoot {
    /// Looks for the name in the text of a script.
    pub(crate) fn in_text(text: &[u8]) -> Self {
        let names = |line: &[u8]| {
            let mut windows = line.windows(b"DPKG_ROOT".len());
            windows.any(|window| window == b"DPKG_ROOT")
        };
        let mut lines = text.split(|byte| *byte == b'\n');
        let is_named = lines.any(|line| !line.trim_ascii_start().starts_with(b"#") && names(line));
        if is_named { Self::Yes } else { Self::No }
    }
}
