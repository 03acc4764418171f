//! What went wrong with single entries of a directory while it was read.

use std::io;
use std::sync::{Mutex, PoisonError};

use crate::compare::error::{EntryFault, EntryProblem};

/// The first fault of a directory, and how many there are.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Option<EntryFault>>);

impl Faults {
    /// Notes that an entry cannot be read, or was not the same to its end.
    pub(crate) fn add(&self, path: &[u8], problem: EntryProblem) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *first {
            Some(fault) => fault.more += 1,
            None => {
                *first = Some(EntryFault {
                    path: path.to_vec(),
                    problem,
                    more: 0,
                });
            }
        }
    }

    /// Notes an error of the operating system.
    pub(crate) fn add_error(&self, path: &[u8], error: impl Into<io::Error>) {
        self.add(path, EntryProblem::Io(error.into()));
    }

    /// The first one, taken out.
    pub(crate) fn first(&self) -> Option<EntryFault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
