//! Trouble: the job could not be done. One line, at most one hint, exit status 2; or
//! death of the signal that ended it.

use std::io::Write as _;

use crate::bootstrap::error::Error as BuildError;
use crate::cli::output::hints;
use crate::cli::signals;
use crate::sandbox::launch::SandboxError;
use crate::text::quote;

/// Why a command stopped.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// A signal asked for the end; everything is cleaned up.
    Signal(i32),
    /// Building went wrong.
    Build(BuildError),
    /// The machine lacks what every run needs.
    Missing {
        /// The program or part of the machine.
        what: String,
        /// What is wrong with it.
        why: String,
        /// The command that fixes it.
        hint: Option<String>,
    },
    /// Anything else, with its context.
    Other(anyhow::Error),
}

impl Trouble {
    /// Says what happened on standard error, and gives the exit status.
    pub(crate) fn tell(&self) -> u8 {
        let (tail, line, hint) = match self {
            Self::Signal(signal) => {
                signals::die_of(*signal);
                return 2;
            }
            Self::Build(error) => (error.tail(), hints::sentence(error), hints::of(error)),
            Self::Missing { what, why, hint } => (&[][..], format!("{what}: {why}"), hint.clone()),
            Self::Other(error) => (&[][..], format!("{error:#}"), None),
        };
        let mut text = String::new();
        for line in tail {
            text.push_str(&format!("  | {}\n", quote(line.as_bytes())));
        }
        text.push_str(&format!("twinroot: {}\n", line.replace('\n', " ")));
        text.extend(hint.map(|hint| format!("hint: {hint}\n")));
        // Standard error may be closed; the exit status says the same.
        let _ = std::io::stderr().write_all(text.as_bytes());
        2
    }

    /// The trouble of a run that signals may have ended.
    pub(crate) fn of_run(self, interrupts: &crate::sandbox::launch::Interrupts) -> Self {
        interrupts.signal().map_or(self, Self::Signal)
    }
}

impl From<BuildError> for Trouble {
    fn from(error: BuildError) -> Self {
        Self::Build(error)
    }
}

impl From<SandboxError> for Trouble {
    fn from(error: SandboxError) -> Self {
        Self::Build(error.into())
    }
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}
