//! The seam between a sandbox and whoever observes the processes in it.

use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use crate::sandbox::exit_status::ExitStatus;
use crate::sandbox::plan::Tracing;

/// Observes a sandbox's command and all that it starts. Process 1 has it, where nothing of a build
/// can end it.
pub trait Tracer {
    /// Has the calling process, and all that descend from it, stop where the tracer wants to look.
    /// Called by the process that becomes the command, when it is traced already.
    ///
    /// # Errors
    /// The kernel does not allow it.
    fn restrict(&self, tracing: Tracing) -> Result<(), String>;

    /// Traces this process from now on, and all that it starts.
    ///
    /// # Errors
    /// The kernel does not allow it.
    fn attach(&mut self, command: Pid, tracing: Tracing) -> Result<(), String>;

    /// Waits until the command has ended.
    ///
    /// # Errors
    /// Something happened that cannot be observed: what the command did is not known.
    fn follow(&mut self, command: Pid) -> Result<ExitStatus, String>;

    /// What was observed, in a format of its own.
    fn log(&mut self) -> String;
}

/// What a tracer gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Traced {
    /// What was observed, in the tracer's own format.
    Log(String),
    /// Nothing, and why: the command was ended.
    Lost(String),
}
