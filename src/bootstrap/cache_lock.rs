//! The lock file of a cache entry (flock(2)). It may be removed by whoever holds it exclusively,
//! so that a lock counts only if its file still has a name when the lock is had.

use std::fs;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::bootstrap::error::{Error, in_cache};
use crate::sandbox::launch::{Interrupts, SandboxError};

/// How long to wait before a lock is asked for again: a signal must end the waiting soon.
const PAUSE: Duration = Duration::from_millis(50);

/// Who else may have the lock at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// Those that use the entry.
    Shared,
    /// Nobody.
    Exclusive,
}

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(crate) struct EntryLock {
    /// `None` in a cache that cannot be written and has no such file: nobody replaces an entry
    /// there.
    file: Option<File>,
    path: PathBuf,
}

/// What to do while another run holds a lock.
#[derive(Clone, Copy)]
pub(crate) struct Waiting<'a> {
    /// Is called once.
    pub(crate) begins: &'a dyn Fn(),
    /// Ends the waiting.
    pub(crate) interrupts: &'a Interrupts,
}

impl EntryLock {
    /// Takes the lock, and waits for it if need be.
    ///
    /// # Errors
    /// The file cannot be opened or locked, or a signal ended the waiting.
    pub(crate) fn take(path: &Path, sharing: Sharing, waiting: Waiting<'_>) -> Result<Self, Error> {
        loop {
            let lock = Self::open(path)?;
            lock.wait(sharing, waiting)?;
            if lock.is_linked().map_err(in_cache(path, "look at"))? {
                return Ok(lock);
            }
        }
    }

    /// Takes the lock exclusively if it is free; `None` if it is not.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(crate) fn try_take(path: &Path) -> Result<Option<Self>, Error> {
        let lock = Self::open(path)?;
        let is_ours = lock.try_lock(Sharing::Exclusive).is_ok();
        let is_linked = lock.is_linked().map_err(in_cache(path, "look at"))?;
        Ok(Some(lock).filter(|_| is_ours && is_linked))
    }

    /// Makes an exclusive lock a shared one.
    ///
    /// # Errors
    /// It cannot be locked.
    pub(crate) fn share(&self) -> Result<(), Error> {
        let lock = |file: &File| file.lock_shared();
        let shared = self.file.as_ref().map_or(Ok(()), lock);
        shared.map_err(in_cache(&self.path, "lock"))
    }

    /// Removes the file of an exclusive lock, and gives the lock up.
    ///
    /// # Errors
    /// It cannot be removed.
    pub(crate) fn remove(self) -> Result<(), Error> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(in_cache(&self.path, "remove")(error))
            }
            _ => Ok(()),
        }
    }

    fn open(path: &Path) -> Result<Self, Error> {
        let opened = match OpenOptions::new().create(true).append(true).open(path) {
            Err(error) if is_unwritable(&error) => match File::open(path) {
                Err(missing) if missing.kind() == ErrorKind::NotFound => Ok(None),
                other => other.map(Some),
            },
            other => other.map(Some),
        };
        Ok(Self {
            file: opened.map_err(in_cache(path, "open"))?,
            path: path.to_owned(),
        })
    }

    fn wait(&self, sharing: Sharing, waiting: Waiting<'_>) -> Result<(), Error> {
        let mut is_told = false;
        loop {
            match self.try_lock(sharing) {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(error)) => return Err(in_cache(&self.path, "lock")(error)),
                Err(TryLockError::WouldBlock) if waiting.interrupts.is_raised() => {
                    return Err(SandboxError::Interrupted.into());
                }
                Err(TryLockError::WouldBlock) => {}
            }
            if !is_told {
                (waiting.begins)();
                is_told = true;
            }
            sleep(PAUSE);
        }
    }

    fn try_lock(&self, sharing: Sharing) -> Result<(), TryLockError> {
        match (&self.file, sharing) {
            (None, _) => Ok(()),
            (Some(file), Sharing::Shared) => file.try_lock_shared(),
            (Some(file), Sharing::Exclusive) => file.try_lock(),
        }
    }

    /// Whether the file has not been removed since it was opened.
    fn is_linked(&self) -> io::Result<bool> {
        let links = |file: &File| Ok(file.metadata()?.nlink() > 0);
        self.file.as_ref().map_or(Ok(true), links)
    }
}

fn is_unwritable(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(path: &Path) -> EntryLock {
        let interrupts = Interrupts::default();
        let waiting = Waiting {
            begins: &|| (),
            interrupts: &interrupts,
        };
        EntryLock::take(path, Sharing::Exclusive, waiting).unwrap()
    }

    #[test]
    fn a_lock_whose_file_was_removed_meanwhile_is_taken_anew() {
        let lab = tempfile::tempdir().unwrap();
        let path = lab.path().join("key.lock");
        let old = taken(&path);
        std::thread::scope(|scope| {
            let next = scope.spawn(|| taken(&path));
            sleep(PAUSE * 2);
            old.remove().unwrap();
            let next = next.join().unwrap();
            assert!(path.exists());
            assert!(EntryLock::try_take(&path).unwrap().is_none());
            drop(next);
        });
        assert!(EntryLock::try_take(&path).unwrap().is_some());
    }

    #[test]
    fn a_signal_ends_the_waiting() {
        let lab = tempfile::tempdir().unwrap();
        let path = lab.path().join("key.lock");
        let _held = taken(&path);
        let interrupts = Interrupts::default();
        let waiting = Waiting {
            begins: &|| interrupts.raise(2),
            interrupts: &interrupts,
        };
        let error = EntryLock::take(&path, Sharing::Shared, waiting).unwrap_err();
        assert_eq!(error.to_string(), "interrupted");
    }
}
