//! A directory that keeps tarballs, transcripts and reports, each under its name only when it is
//! whole.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bootstrap::error::at;
use crate::sandbox::launch::Interrupts;
use crate::verify::error::Error;

/// What the names of unfinished files begin with.
const PREFIX: &str = ".twinroot-";

/// What they end with.
const PARTIAL: &str = ".partial";

/// The directory, locked against another run that keeps its files there.
#[derive(Debug)]
pub struct Artifacts {
    directory: PathBuf,
    interrupts: Arc<Interrupts>,
    _lock: File,
}

/// A file that is being written.
#[derive(Debug)]
pub(crate) struct Artifact {
    partial: PathBuf,
    finished: PathBuf,
    file: File,
}

impl Artifacts {
    /// Makes the directory if need be, locks it, and removes what a killed run left in it. What
    /// has no name yet when `interrupts` ends the process is removed.
    ///
    /// # Errors
    /// It cannot be made, or another run uses it.
    pub fn open(directory: &Path, interrupts: &Arc<Interrupts>) -> Result<Self, Error> {
        fs::create_dir_all(directory).map_err(at(directory, "make"))?;
        let lock = File::open(directory).map_err(at(directory, "open"))?;
        match lock.try_lock() {
            Ok(()) => {
                clear(directory)?;
                Ok(Self {
                    directory: directory.to_owned(),
                    interrupts: Arc::clone(interrupts),
                    _lock: lock,
                })
            }
            Err(TryLockError::WouldBlock) => Err(Error::ArtifactsLocked {
                directory: directory.to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(at(directory, "lock")(error).into()),
        }
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// It cannot be written or renamed.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let artifact = self.create(name)?;
        (&artifact.file)
            .write_all(bytes)
            .map_err(at(&artifact.partial, "write"))?;
        artifact.finish()
    }

    /// Begins a file.
    pub(crate) fn create(&self, name: &str) -> Result<Artifact, Error> {
        let partial = format!("{PREFIX}{name}{PARTIAL}");
        let partial = self.directory.join(partial);
        self.interrupts.unfinished.add(&partial);
        let options = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&partial);
        let file = options.map_err(at(&partial, "create"))?;
        Ok(Artifact {
            partial,
            finished: self.directory.join(name),
            file,
        })
    }

    /// Keeps the transcript of a build that failed.
    pub(crate) fn keep_failed(&self, error: &Error) -> Result<(), Error> {
        match error {
            Error::Bootstrap(error) => match error.failed_build() {
                Some(failed) => self.write(&format!("{}.log", failed.stage), &failed.transcript),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

/// Removes unfinished files from a directory that this run has locked.
fn clear(directory: &Path) -> Result<(), Error> {
    let entries = fs::read_dir(directory).map_err(at(directory, "read"))?;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        if name.starts_with(PREFIX.as_bytes()) && name.ends_with(PARTIAL.as_bytes()) {
            fs::remove_file(&path).map_err(at(path, "remove"))?;
        }
    }
    Ok(())
}

impl Artifact {
    /// Gives the file its name.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        Ok(fs::rename(&self.partial, &self.finished).map_err(at(&self.finished, "write"))?)
    }

    /// A second descriptor, for the thread that writes.
    pub(crate) fn writer(&self) -> Result<File, Error> {
        Ok(self.file.try_clone().map_err(at(&self.partial, "write"))?)
    }
}

impl Drop for Artifact {
    fn drop(&mut self) {
        // After a rename there is nothing of this name any more.
        let _ = fs::remove_file(&self.partial);
    }
}

/// A stream that is written to files as it is read.
pub(crate) struct Tee<R> {
    stream: R,
    copies: Vec<File>,
}

impl<R: Read> Tee<R> {
    pub(crate) fn new(stream: R, copies: Vec<File>) -> Self {
        Self { stream, copies }
    }
}

impl<R: Read> Read for Tee<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.stream.read(buffer)?;
        for copy in &mut self.copies {
            copy.write_all(buffer.get(..length).unwrap_or_default())?;
        }
        Ok(length)
    }
}
