//! Long work in this process: it can be interrupted, and says how far it is.

use crate::bootstrap::damage::Damage;
use crate::bootstrap::error::Error;
use crate::sandbox::launch::{Interrupts, SandboxError};

/// What long work in this process can be ended by, and reports to.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds a closure")]
pub struct Work<'a> {
    /// Signals.
    pub interrupts: &'a Interrupts,
    /// Is told what is being done.
    pub watch: &'a dyn Fn(WorkEvent),
}

/// What the work on a mirror is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkEvent {
    /// The repository in the cache is damaged, and is made again.
    Damaged {
        /// Its key.
        key: String,
        /// What is wrong with it.
        damage: Damage,
    },
    /// Another run makes the same repository, which is waited for.
    Waiting,
    /// So many package files are done.
    Files {
        /// How many.
        done: usize,
        /// What was done with them.
        step: WorkStep,
    },
}

/// What is done with package files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkStep {
    /// They are read, for their digests.
    Read,
    /// Their headers and control data are read.
    Inspect,
    /// They are copied into the repository.
    Copy,
}

impl Work<'_> {
    /// Reports a damaged repository.
    pub(crate) fn damaged(self, key: &str, damage: Damage) {
        let key = key.to_owned();
        (self.watch)(WorkEvent::Damaged { key, damage });
    }

    /// Reports how far the work is, and ends it if a signal asks for that.
    pub(crate) fn step(self, done: usize, step: WorkStep) -> Result<(), Error> {
        if self.interrupts.is_raised() {
            return Err(SandboxError::Interrupted.into());
        }
        (self.watch)(WorkEvent::Files { done, step });
        Ok(())
    }
}
