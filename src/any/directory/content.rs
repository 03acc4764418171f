//! The content of a regular file, of exactly the length that its header says.

use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::io::Read;
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::compare::error::EntryProblem;

/// A file that is being read.
#[derive(Debug)]
pub(crate) struct Content {
    file: File,
    facts: Facts,
    left: u64,
}

/// What tells that a file was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Facts {
    device: u64,
    inode: u64,
    size: i64,
    changed: (i64, i64),
}

impl Facts {
    fn of(stat: &Stat) -> Self {
        Self {
            device: stat.st_dev,
            inode: stat.st_ino,
            size: stat.st_size,
            changed: (
                stat.st_ctime,
                i64::try_from(stat.st_ctime_nsec).unwrap_or(0),
            ),
        }
    }
}

/// A part of a content, or why the rest is made up of zeros.
#[derive(Debug)]
pub(crate) enum Step {
    /// So many bytes were read.
    Read(usize),
    /// All of it was read, and it was the same all the time.
    End,
    /// It changed, or cannot be read; so many bytes are missing.
    Failed(EntryProblem, u64),
}

impl Content {
    /// Opens a file that was looked at before. What has taken its place meanwhile is not waited
    /// for.
    pub(crate) fn open(holder: &OwnedFd, name: &CStr, stat: &Stat) -> Result<Self, Errno> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::openat(holder, name, flags, Mode::empty())?;
        Ok(Self {
            file: file.into(),
            facts: Facts::of(stat),
            left: u64::try_from(stat.st_size).unwrap_or(0),
        })
    }

    /// Reads on.
    pub(crate) fn step(&mut self, buffer: &mut [u8]) -> Step {
        if self.left == 0 {
            return match rustix::fs::fstat(&self.file) {
                Ok(now) if Facts::of(&now) == self.facts => Step::End,
                Ok(_) => Step::Failed(EntryProblem::Changed, 0),
                Err(error) => Step::Failed(EntryProblem::Io(error.into()), 0),
            };
        }
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let part = buffer.get_mut(..most).unwrap_or_default();
        loop {
            return match self.file.read(part) {
                Ok(0) => Step::Failed(EntryProblem::Changed, self.left),
                Ok(read) => {
                    self.left -= read as u64;
                    Step::Read(read)
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Step::Failed(EntryProblem::Io(error), self.left),
            };
        }
    }
}
