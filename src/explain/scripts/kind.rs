//! The kinds of maintainer scripts, and what each is called with.

use crate::explain::scripts::line::Reach;

/// Which script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// debconf's questions.
    Config,
    /// Before unpacking.
    Preinst,
    /// Configuration, and triggers.
    Postinst,
    /// Before removal.
    Prerm,
    /// After removal.
    Postrm,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Config,
        Self::Preinst,
        Self::Postinst,
        Self::Prerm,
        Self::Postrm,
    ];

    /// dpkg's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Preinst => "preinst",
            Self::Postinst => "postinst",
            Self::Prerm => "prerm",
            Self::Postrm => "postrm",
        }
    }

    /// Whether it does not run on initial installation at all.
    pub(crate) fn runs_later(self) -> bool {
        match self {
            Self::Prerm | Self::Postrm => true,
            Self::Config | Self::Preinst | Self::Postinst => false,
        }
    }

    /// Its first argument, and when that is given.
    pub(crate) fn action(self) -> (&'static str, Reach) {
        match self {
            Self::Config | Self::Postinst => ("configure", Reach::Installs),
            Self::Preinst => ("install", Reach::Installs),
            Self::Prerm | Self::Postrm => ("remove", Reach::OtherAction),
        }
    }
}
