//! The names below a directory, in their order, by open directories only.

use std::ffi::{CStr, CString};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::compare::options::Mounts;

/// An open directory, and the names in it that are still to come, the next one last.
#[derive(Debug)]
struct Level {
    directory: OwnedFd,
    /// Its path, with a slash at the end.
    path: Vec<u8>,
    names: Vec<CString>,
}

/// Walks a directory, each directory before what is in it, names in the order of their bytes.
#[derive(Debug)]
pub(crate) struct Walk {
    levels: Vec<Level>,
    mounts: Mounts,
    device: u64,
    /// The root, until it was met.
    root: Option<Stat>,
}

/// Something that was met.
#[derive(Debug)]
pub(crate) struct Met {
    /// `./` and the path, with a slash at the end of a directory's.
    pub(crate) path: Vec<u8>,
    /// Its name in the directory that holds it; `.` for the root.
    pub(crate) name: CString,
    pub(crate) facts: Result<Stat, Errno>,
    /// Why what is in it cannot be listed, if it is a directory.
    pub(crate) unlisted: Option<Errno>,
}

const LISTED: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

impl Walk {
    /// Opens a directory; a symbolic link to it is followed here and nowhere else.
    pub(crate) fn new(path: &Path, mounts: Mounts) -> Result<Self, Errno> {
        let flags = LISTED.difference(OFlags::NOFOLLOW);
        let directory = rustix::fs::open(path, flags, Mode::empty())?;
        let facts = rustix::fs::fstat(&directory)?;
        let names = names(&directory)?;
        let root = Level {
            directory,
            path: b"./".to_vec(),
            names,
        };
        Ok(Self {
            levels: vec![root],
            mounts,
            device: facts.st_dev,
            root: Some(facts),
        })
    }

    /// The directory that holds what was met last.
    pub(crate) fn holder(&self, met: &Met) -> Option<&OwnedFd> {
        // A directory that was entered is the last level itself; the level before holds it.
        let entered = self
            .levels
            .last()
            .is_some_and(|level| level.path == met.path);
        let depth = self.levels.len().saturating_sub(1 + usize::from(entered));
        let level = self.levels.get(depth);
        level.map(|level| &level.directory)
    }

    /// The next one.
    pub(crate) fn step(&mut self) -> Option<Met> {
        if let Some(facts) = self.root.take() {
            return Some(Met {
                path: b"./".to_vec(),
                name: c".".to_owned(),
                facts: Ok(facts),
                unlisted: None,
            });
        }
        let (level, name) = loop {
            let level = self.levels.last_mut()?;
            if let Some(name) = level.names.pop() {
                break (level, name);
            }
            let _ = self.levels.pop();
        };
        let mut path = [&level.path[..], name.to_bytes()].concat();
        let facts = rustix::fs::statat(&level.directory, &*name, AtFlags::SYMLINK_NOFOLLOW);
        let mut unlisted = None;
        if let Ok(facts) = &facts
            && FileType::from_raw_mode(facts.st_mode) == FileType::Directory
        {
            path.push(b'/');
            if self.mounts == Mounts::Enter || facts.st_dev == self.device {
                unlisted = self.enter(&path, &name).err();
            }
        }
        Some(Met {
            path,
            name,
            facts,
            unlisted,
        })
    }

    fn enter(&mut self, path: &[u8], name: &CStr) -> Result<(), Errno> {
        let Some(above) = self.levels.last() else {
            return Ok(());
        };
        let directory = rustix::fs::openat(&above.directory, name, LISTED, Mode::empty())?;
        let names = names(&directory)?;
        self.levels.push(Level {
            directory,
            path: path.to_vec(),
            names,
        });
        Ok(())
    }
}

/// The names in a directory, the first one last.
fn names(directory: &OwnedFd) -> Result<Vec<CString>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let name = entry?.file_name().to_owned();
        if !matches!(name.to_bytes(), b"." | b"..") {
            names.push(name);
        }
    }
    names.sort_unstable_by(|a, b| b.cmp(a));
    Ok(names)
}
