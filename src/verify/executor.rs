//! Who runs the builds: the seam between what a verification decides and what a sandbox does.

use std::io::Read;
use std::process::ChildStdout;

use crate::bootstrap;
use crate::bootstrap::build::{BuildEvent, Built, run};
use crate::sandbox::launch::Interrupts;
use crate::sandbox::plan::Plan;

/// The tarball of a build, while it is made.
pub(crate) type Stream = Box<dyn Read + Send>;

/// Takes the tarball of a build as soon as there is one, and must see to it that it is read.
pub(crate) type Sink<'a> = Box<dyn FnOnce(Stream) + Send + 'a>;

/// One build to be run.
pub(crate) struct Job<'a> {
    /// The sandbox and its command.
    pub(crate) plan: Plan,
    /// Takes the tarball.
    pub(crate) sink: Sink<'a>,
    /// Is given what the running build has to say.
    pub(crate) watch: &'a (dyn Fn(BuildEvent<'_>) + Sync),
}

/// Runs builds.
pub(crate) trait Executor: Sync {
    /// Runs a build to its end, and observes it if its plan says so.
    ///
    /// # Errors
    /// The sandbox or its command failed, or `interrupts` was raised.
    fn run(&self, job: Job<'_>, interrupts: &Interrupts) -> Result<Built, bootstrap::Error>;
}

/// Runs builds in sandboxes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sandboxed;

impl Executor for Sandboxed {
    fn run(&self, job: Job<'_>, interrupts: &Interrupts) -> Result<Built, bootstrap::Error> {
        let Job { plan, sink, watch } = job;
        let pass = |stream: ChildStdout| sink(Box::new(stream));
        run(&plan, interrupts, pass, watch)
    }
}
