//! What a run has on disk until it ends, so that a signal that finds it at other work can have it
//! removed, and a run that was killed has it removed by the next one.
//!
//! Names are random below a prefix that says whose they are. Each is locked (flock(2)) for as long
//! as its run lives: one whose lock is free was left behind.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{Mode, OFlags};
use tempfile::{Builder, NamedTempFile, TempDir};

/// What all names begin with.
const PREFIX: &str = ".twinroot-";

/// The files and directories of one run, and its work that must not be cut short.
#[derive(Debug, Default)]
pub struct Unfinished {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    paths: Vec<PathBuf>,
    /// Entries of the cache that are being made, and directories of sandboxes. Whoever makes them looks for signals often.
    entries: usize,
}

/// A directory that is removed with this value.
#[derive(Debug)]
pub struct UnfinishedDirectory {
    directory: TempDir,
    _lock: Option<File>,
}

impl UnfinishedDirectory {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// An entry of the cache that is being made, or a sandbox's directory on disk, until it is dropped.
#[derive(Debug)]
pub struct UnfinishedEntry<'a> {
    unfinished: &'a Unfinished,
}

impl Unfinished {
    /// A file in a directory, with these permissions under the umask. What killed runs left there
    /// is removed.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn file(&self, directory: &Path, permissions: Permissions) -> io::Result<NamedTempFile> {
        clear(directory, &remove);
        let mut state = self.state();
        loop {
            let file = Builder::new()
                .prefix(PREFIX)
                .permissions(permissions.clone())
                .tempfile_in(directory)?;
            // A file system without locks keeps what a killed run leaves.
            let _ = file.as_file().try_lock();
            // Another run may have taken it for such a rest before it was locked.
            if file.as_file().metadata()?.nlink() > 0 {
                state.paths.push(file.path().to_owned());
                return Ok(file);
            }
        }
    }

    /// A directory below `TMPDIR`. What killed runs left there is removed.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn directory(&self) -> io::Result<UnfinishedDirectory> {
        let directory = self.made(|builder| builder.tempdir())?;
        if let Some(parent) = directory.path().parent() {
            clear(parent, &remove);
        }
        Ok(directory)
    }

    /// A directory below another one. What killed runs left there is removed, by `remove`.
    ///
    /// # Errors
    /// It cannot be made.
    pub(crate) fn directory_in(
        &self,
        parent: &Path,
        remove: &dyn Fn(&Path),
    ) -> io::Result<UnfinishedDirectory> {
        clear(parent, remove);
        self.made(|builder| builder.tempdir_in(parent))
    }

    fn made(
        &self,
        make: impl Fn(&Builder<'_, '_>) -> io::Result<TempDir>,
    ) -> io::Result<UnfinishedDirectory> {
        let mut state = self.state();
        loop {
            let directory = make(Builder::new().prefix(PREFIX))?;
            let Ok(lock) = File::open(directory.path()) else {
                continue;
            };
            let _ = lock.try_lock();
            if directory.path().exists() {
                state.paths.push(directory.path().to_owned());
                return Ok(UnfinishedDirectory {
                    directory,
                    _lock: Some(lock),
                });
            }
        }
    }

    /// That a file has a name that only this run uses.
    pub fn add(&self, path: &Path) {
        self.state().paths.push(path.to_owned());
    }

    /// That an entry of the cache is being made, or a sandbox has a directory on disk.
    pub fn entry(&self) -> UnfinishedEntry<'_> {
        self.state().entries += 1;
        UnfinishedEntry { unfinished: self }
    }

    /// Whether an entry of the cache is being made, or a sandbox has a directory on disk.
    #[must_use]
    pub fn has_entry(&self) -> bool {
        self.state().entries > 0
    }

    /// Removes everything, for a process that ends now: whoever makes something afterwards waits
    /// for that end.
    pub fn remove_all(&self) {
        let state = self.state();
        for path in &state.paths {
            remove(path);
        }
        std::mem::forget(state);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnfinishedEntry<'_> {
    fn drop(&mut self) {
        self.unfinished.state().entries -= 1;
    }
}

/// Removes what killed runs left in a directory. What cannot be removed stays: it is in nobody's
/// way.
fn clear(directory: &Path, remove: &dyn Fn(&Path)) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if !name.as_encoded_bytes().starts_with(PREFIX.as_bytes()) {
            continue;
        }
        let path = entry.path();
        // Others may write there: a link is not followed, and a pipe not waited for.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let lock = rustix::fs::open(&path, flags, Mode::empty()).map(File::from);
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            remove(&path);
        }
    }
}

/// What is not there any more has got its own name.
fn remove(path: &Path) {
    if fs::remove_file(path).is_err() {
        let _ = fs::remove_dir_all(path);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// The names in a directory, sorted.
    pub(crate) fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_a_running_one_has_is_not() {
        let lab = tempfile::tempdir().unwrap();
        let (first, second) = (Unfinished::default(), Unfinished::default());
        fs::write(lab.path().join(".twinroot-dead"), "x").unwrap();
        fs::create_dir(lab.path().join(".twinroot-gone")).unwrap();
        fs::write(lab.path().join(".twinroot-gone/x"), "x").unwrap();
        fs::write(lab.path().join("other"), "x").unwrap();
        let mode = || Permissions::from_mode(0o666);
        let file = first.file(lab.path(), mode()).unwrap();
        let directory = second
            .made(|builder| builder.tempdir_in(lab.path()))
            .unwrap();
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut expected = [
            name(file.path()),
            name(directory.path()),
            "other".to_owned(),
        ];
        expected.sort();
        assert_eq!(names(lab.path()), expected);
    }

    #[test]
    fn the_end_of_a_run_removes_everything() {
        let lab = tempfile::tempdir().unwrap();
        let unfinished = Unfinished::default();
        let mode = Permissions::from_mode(0o666);
        let file = unfinished.file(lab.path(), mode).unwrap();
        let directory = unfinished
            .made(|builder| builder.tempdir_in(lab.path()))
            .unwrap();
        fs::write(directory.path().join("x"), "x").unwrap();
        unfinished.remove_all();
        assert_eq!(names(lab.path()), Vec::<String>::new());
        drop((file, directory));
    }
}
