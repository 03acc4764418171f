//! What every step of one run is given besides its own input.

use crate::bootstrap::build::BuildEvent;
use crate::bootstrap::context::Context;
use crate::sandbox::launch::Interrupts;
use crate::verify::artifacts::Artifacts;
use crate::verify::environment::Environment;
use crate::verify::error::Error;
use crate::verify::executor::Executor;
use crate::verify::observer::{Observer, StageObserver};
use crate::verify::options::{Concurrency, Options};

/// One run.
#[derive(Clone, Copy)]
pub(crate) struct Session<'a> {
    /// Runs the builds.
    pub(crate) executor: &'a dyn Executor,
    /// Watches the run.
    pub(crate) observer: &'a dyn Observer,
    /// Ends the run.
    pub(crate) interrupts: &'a Interrupts,
    /// How many builds run at the same time.
    pub(crate) concurrency: Concurrency,
    /// Where tarballs and transcripts are kept.
    pub(crate) artifacts: Option<&'a Artifacts>,
}

impl<'a> Session<'a> {
    /// A run with these options.
    pub(crate) fn new(
        options: &'a Options,
        executor: &'a dyn Executor,
        observer: &'a dyn Observer,
    ) -> Self {
        Self {
            executor,
            observer,
            interrupts: &options.interrupts,
            concurrency: options.concurrency,
            artifacts: options.artifacts.as_ref(),
        }
    }

    /// Keeps the transcript of the build that failed.
    pub(crate) fn keep_transcript(self, error: &Error) {
        if let Some(artifacts) = self.artifacts {
            // If that fails too, the first error is still the one to tell.
            let _ = artifacts.keep_failed(error);
        }
    }

    /// What the sandboxes of preparing steps have in common.
    pub(crate) fn context(
        self,
        environment: &'a Environment,
        watch: &'a (dyn Fn(BuildEvent<'_>) + Sync),
    ) -> Context<'a> {
        Context {
            ids: &environment.ids,
            interrupts: self.interrupts,
            watch,
            proxies: &environment.proxies,
        }
    }
}

/// Tells a stage what a running build has to say.
pub(crate) fn events_to(stage: &dyn StageObserver) -> impl Fn(BuildEvent<'_>) + Sync {
    |event: BuildEvent<'_>| match event {
        BuildEvent::Line(line) => stage.line(line),
        BuildEvent::Script(script) => stage.line(&script.to_string()),
        BuildEvent::Progress(progress) => stage.progress(progress),
    }
}
