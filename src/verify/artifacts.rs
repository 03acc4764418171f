//! `--keep DIR`: both tarballs, both transcripts and the reports, each under its name
//! only when it is whole.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::bootstrap::error::{Error as BuildError, at};

/// The directory, locked against another run that keeps there.
#[derive(Debug)]
pub(crate) struct Keep {
    directory: PathBuf,
    _lock: File,
}

/// A file on its way.
#[derive(Debug)]
pub(crate) struct Kept {
    partial: PathBuf,
    finished: PathBuf,
    file: File,
}

impl Keep {
    /// Makes the directory if need be, before any work is done.
    pub(crate) fn open(directory: &Path) -> Result<Self, BuildError> {
        fs::create_dir_all(directory).map_err(at(directory, "make"))?;
        let lock = File::open(directory).map_err(at(directory, "open"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                directory: directory.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(BuildError::ArtifactsLocked {
                directory: directory.to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(at(directory, "lock")(error)),
        }
    }

    /// Begins a file. Its partial name is fixed, so that the next run writes over what a
    /// killed one left.
    pub(crate) fn create(&self, name: &str) -> Result<Kept, BuildError> {
        let partial = self.directory.join(format!(".{name}.partial"));
        let options = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&partial);
        let file = options.map_err(at(&partial, "create"))?;
        Ok(Kept {
            partial,
            finished: self.directory.join(name),
            file,
        })
    }

    /// Keeps the transcript of what failed.
    pub(crate) fn failed(&self, error: &BuildError) -> Result<(), BuildError> {
        match error.failed_build() {
            Some(failed) => self.write(&format!("{}.log", failed.stage), &failed.transcript),
            None => Ok(()),
        }
    }

    /// Writes a whole file.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), BuildError> {
        let kept = self.create(name)?;
        (&kept.file)
            .write_all(bytes)
            .map_err(at(&kept.partial, "write"))?;
        kept.finish()
    }
}

impl Kept {
    /// Gives the file its name.
    pub(crate) fn finish(&self) -> Result<(), BuildError> {
        fs::rename(&self.partial, &self.finished).map_err(at(&self.finished, "write"))
    }

    /// A second descriptor, for the thread that writes.
    pub(crate) fn writer(&self) -> Result<File, BuildError> {
        self.file.try_clone().map_err(at(&self.partial, "write"))
    }
}

impl Drop for Kept {
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
