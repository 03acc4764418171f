//! The one place that prints trouble: the job could not be done. One line, at most one hint, exit
//! status 2; or death by the signal that ended the run.

use std::io::Write as _;

use crate::bootstrap;
use crate::cli::commands::doctor::check::MissingRequirement;
use crate::cli::output::{hints, replay};
use crate::cli::signals;
use crate::sandbox::launch::Interrupts;
use crate::text::quote;
use crate::text::quote::visible;
use crate::verify;

/// Why a command stopped.
#[derive(Debug)]
pub(crate) enum CliError {
    /// A signal asked for the end. Everything is cleaned up.
    Signal(i32),
    /// This machine has not got what every build needs.
    Requirement(MissingRequirement),
    /// A verification, a build or an audit could not be done.
    Verify(verify::Error),
    /// Anything else, with its context.
    Other(anyhow::Error),
}

impl CliError {
    /// Prints what happened to standard error, and gives the exit status.
    pub(crate) fn print(&self, program: Program) -> u8 {
        match self {
            Self::Signal(signal) => signals::die_of(*signal),
            Self::Requirement(error) => program.print(&[], &error.to_string(), error.fix.clone()),
            Self::Verify(error) => {
                program.print(error.tail(), &error.to_string(), hints::of(error));
                let command = error.failed_build().and_then(replay::command);
                if let Some(command) = command {
                    // Standard error may be closed; the exit status says the same.
                    let _ = writeln!(std::io::stderr(), "repeat with: {}", visible(command));
                }
            }
            Self::Other(error) => program.print(&[], &format!("{error:#}"), None),
        }
        2
    }

    /// The error of a run that a signal may have ended.
    pub(crate) fn of_run(self, interrupts: &Interrupts) -> Self {
        interrupts.signal().map_or(self, Self::Signal)
    }
}

/// The program that a line on standard error is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// This one.
    Twinroot,
    /// This one in the place of diffoscope, whose callers look for that name.
    Diffoscope,
}

impl Program {
    /// Prints lines of a transcript, one line that says what went wrong, and a hint.
    pub(crate) fn print(self, tail: &[String], line: &str, hint: Option<String>) {
        let name = match self {
            Self::Twinroot => "twinroot",
            Self::Diffoscope => "diffoscope",
        };
        let mut text = String::new();
        for line in tail {
            text.push_str(&format!("  | {}\n", quote(line.as_bytes())));
        }
        text.push_str(&format!("{name}: {}\n", line.replace('\n', " ")));
        text.extend(hint.map(|hint| format!("hint: {hint}\n")));
        // Standard error may be closed; the exit status says the same.
        let _ = std::io::stderr().write_all(visible(text).as_bytes());
    }
}

impl From<MissingRequirement> for CliError {
    fn from(error: MissingRequirement) -> Self {
        Self::Requirement(error)
    }
}

impl From<verify::Error> for CliError {
    fn from(error: verify::Error) -> Self {
        Self::Verify(error)
    }
}

impl From<bootstrap::Error> for CliError {
    fn from(error: bootstrap::Error) -> Self {
        Self::Verify(error.into())
    }
}

impl From<anyhow::Error> for CliError {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}
