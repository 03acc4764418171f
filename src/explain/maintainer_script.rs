//! Which maintainer script of a package it was (deb-postinst(5) and its neighbours).

use crate::debian::maintainer_script::ScriptKind;
use crate::trace::process::Script;

/// A maintainer script, or a run of one that has a name of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MaintainerScript {
    /// Runs before the package is unpacked.
    Preinst,
    /// Configures the package.
    Postinst,
    /// Runs before the package is removed.
    Prerm,
    /// Runs after the package was removed.
    Postrm,
    /// Asks debconf's questions.
    Config,
    /// A run of the postinst for a trigger.
    Trigger,
}

impl MaintainerScript {
    const ALL: [Self; 6] = [
        Self::Preinst,
        Self::Postinst,
        Self::Prerm,
        Self::Postrm,
        Self::Config,
        Self::Trigger,
    ];

    /// dpkg's name of the script, and `trigger`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preinst => "preinst",
            Self::Postinst => "postinst",
            Self::Prerm => "prerm",
            Self::Postrm => "postrm",
            Self::Config => "config",
            Self::Trigger => "trigger",
        }
    }

    /// The script of this name; `None` if dpkg has no such script.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|script| script.as_str() == name)
    }

    /// The script that an observed run is of; `None` if its environment names one that dpkg does
    /// not have.
    #[must_use]
    pub fn from_run(run: &Script) -> Option<Self> {
        match run.arguments.first().map(String::as_str) {
            Some("triggered") => Some(Self::Trigger),
            _ => Self::from_name(&run.name),
        }
    }
}

impl From<ScriptKind> for MaintainerScript {
    fn from(kind: ScriptKind) -> Self {
        match kind {
            ScriptKind::Config => Self::Config,
            ScriptKind::Preinst => Self::Preinst,
            ScriptKind::Postinst => Self::Postinst,
            ScriptKind::Prerm => Self::Prerm,
            ScriptKind::Postrm => Self::Postrm,
        }
    }
}

impl From<MaintainerScript> for ScriptKind {
    /// The file in dpkg's database that the script is in: dpkg runs the postinst for a trigger.
    fn from(script: MaintainerScript) -> Self {
        match script {
            MaintainerScript::Config => Self::Config,
            MaintainerScript::Preinst => Self::Preinst,
            MaintainerScript::Postinst | MaintainerScript::Trigger => Self::Postinst,
            MaintainerScript::Prerm => Self::Prerm,
            MaintainerScript::Postrm => Self::Postrm,
        }
    }
}
