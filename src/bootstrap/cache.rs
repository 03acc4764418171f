//! The cache: entries that are whole or not there, shared by runs at the same time.
//!
//! `KEY/` is a finished entry, `KEY.partial/` one that is being written, `KEY.lock` a file that is
//! locked (flock(2)) exclusively by the run that writes the entry, and shared by those that use it.
//! The kernel drops a lock with its process, so a partial entry whose lock is free was left by a
//! run that was killed.
//!
//! The cache's own directory has mode 700. Below it, directories that a sandbox fills have mode
//! 777, because a sandbox's root is neither the user nor the machine's root.

use std::fs;
use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::bootstrap::error::{Error, at};

/// Removes a tree that may hold files of a sandbox's users.
pub type RemoveTree<'a> = &'a dyn Fn(&Path) -> Result<(), Error>;

/// A directory of entries.
#[derive(Debug, Clone)]
pub struct Cache {
    root: PathBuf,
}

/// A finished entry, and the lock that keeps others from replacing it.
#[derive(Debug)]
pub struct CacheEntry {
    /// The entry's directory.
    pub path: PathBuf,
    _lock: File,
}

/// A cache entry that is being written. If it is dropped before [`CacheWriter::publish`], it is
/// left as a partial entry, which the next run removes.
#[derive(Debug)]
pub struct CacheWriter {
    /// Where to put the entry's files.
    pub partial: PathBuf,
    finished: PathBuf,
    lock: File,
}

/// What the cache has for a key.
#[derive(Debug)]
pub enum CacheSlot {
    /// A finished entry.
    Ready(CacheEntry),
    /// Nothing: the entry is to be written.
    Vacant(CacheWriter),
}

/// Whether a finished entry may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// It may.
    Cached,
    /// It is replaced by a new one.
    New,
}

impl Cache {
    /// Opens the cache and clears what killed runs left.
    ///
    /// # Errors
    /// The directory cannot be made, or not be written.
    pub fn open(root: &Path, remove: RemoveTree<'_>) -> Result<Self, Error> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(root)
            .map_err(at(root, "make the cache"))?;
        let cache = Self {
            root: root.to_owned(),
        };
        for name in cache.names()? {
            let Some(key) = name.strip_suffix(".partial") else {
                continue;
            };
            let lock = cache.lock_file(key)?;
            if lock.try_lock().is_ok() {
                remove(&root.join(&name))?;
            }
        }
        Ok(cache)
    }

    /// Looks a key up. If another run is writing its entry, `waiting` is called, and the call
    /// returns when that run has ended.
    ///
    /// # Errors
    /// The cache cannot be read or written.
    pub fn slot(
        &self,
        key: &str,
        freshness: Freshness,
        remove: RemoveTree<'_>,
        waiting: &dyn Fn(),
    ) -> Result<CacheSlot, Error> {
        let finished = self.path(key);
        let lock = self.lock_file(key)?;
        let lock_path = self.root.join(format!("{key}.lock"));
        if freshness == Freshness::Cached {
            match lock.try_lock_shared() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    waiting();
                    lock.lock_shared().map_err(at(&lock_path, "lock"))?;
                }
                Err(TryLockError::Error(error)) => return Err(at(&lock_path, "lock")(error)),
            }
            if finished.exists() {
                return Ok(CacheSlot::Ready(CacheEntry {
                    path: finished,
                    _lock: lock,
                }));
            }
            lock.unlock().map_err(at(&lock_path, "unlock"))?;
        }
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                lock.lock().map_err(at(&lock_path, "lock"))?;
            }
            Err(TryLockError::Error(error)) => return Err(at(&lock_path, "lock")(error)),
        }
        if freshness == Freshness::Cached && finished.exists() {
            // Another run made it while we waited.
            lock.lock_shared().map_err(at(&lock_path, "lock"))?;
            return Ok(CacheSlot::Ready(CacheEntry {
                path: finished,
                _lock: lock,
            }));
        }
        let partial = self.root.join(format!("{key}.partial"));
        if partial.exists() {
            remove(&partial)?;
        }
        make_open_directory(&partial)?;
        Ok(CacheSlot::Vacant(CacheWriter {
            partial,
            finished,
            lock,
        }))
    }

    fn lock_file(&self, key: &str) -> Result<File, Error> {
        let path = self.root.join(format!("{key}.lock"));
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(at(path, "open"))
    }

    /// Where the finished entry of a key is, if there is one.
    #[must_use]
    pub fn path(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    /// Keys of all finished entries, sorted.
    ///
    /// # Errors
    /// The cache cannot be read.
    pub fn finished(&self) -> Result<Vec<String>, Error> {
        let mut names = self.names()?;
        names.retain(|name| !name.contains('.') && self.root.join(name).is_dir());
        Ok(names)
    }

    fn names(&self) -> Result<Vec<String>, Error> {
        let entries = fs::read_dir(&self.root).map_err(at(&self.root, "read"))?;
        let mut names: Vec<_> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        Ok(names)
    }
}

impl CacheWriter {
    /// Makes the entry a finished one, in one step, and takes a shared lock on it.
    ///
    /// # Errors
    /// The rename, or the removal of the entry that was there before.
    pub fn publish(self, remove: RemoveTree<'_>) -> Result<CacheEntry, Error> {
        let Self {
            partial,
            finished,
            lock,
        } = self;
        if finished.exists() {
            // Its name says that it is for removal, should we be killed in between.
            let old = finished.with_extension("old.partial");
            fs::rename(&finished, &old).map_err(at(&finished, "replace"))?;
            fs::rename(&partial, &finished).map_err(at(&finished, "publish"))?;
            remove(&old)?;
        } else {
            fs::rename(&partial, &finished).map_err(at(&finished, "publish"))?;
        }
        lock.lock_shared().map_err(at(&finished, "lock"))?;
        Ok(CacheEntry {
            path: finished,
            _lock: lock,
        })
    }

    /// Removes the partial entry now, instead of leaving that to the next run.
    ///
    /// # Errors
    /// Something in it cannot be removed.
    pub fn abandon(self, remove: RemoveTree<'_>) -> Result<(), Error> {
        remove(&self.partial)
    }
}

/// A directory that a sandbox can fill.
pub(crate) fn make_open_directory(path: &Path) -> Result<(), Error> {
    fs::create_dir(path).map_err(at(path, "make"))?;
    fs::set_permissions(path, Permissions::from_mode(0o777))
        .map_err(at(path, "open for the sandbox"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remove(path: &Path) -> Result<(), Error> {
        fs::remove_dir_all(path).map_err(at(path, "remove"))
    }

    fn vacant(cache: &Cache, key: &str, freshness: Freshness) -> CacheWriter {
        match cache.slot(key, freshness, &remove, &|| ()).unwrap() {
            CacheSlot::Vacant(writer) => writer,
            CacheSlot::Ready(entry) => panic!("{entry:?}"),
        }
    }

    #[test]
    fn an_entry_is_there_only_when_it_was_published() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::open(directory.path(), &remove).unwrap();
        drop(vacant(&cache, "key", Freshness::Cached));
        let writer = vacant(&cache, "key", Freshness::Cached);
        fs::write(writer.partial.join("file"), "x").unwrap();
        drop(writer.publish(&remove).unwrap());
        match cache
            .slot("key", Freshness::Cached, &remove, &|| ())
            .unwrap()
        {
            CacheSlot::Ready(entry) => {
                assert_eq!(fs::read_to_string(entry.path.join("file")).unwrap(), "x")
            }
            CacheSlot::Vacant(making) => panic!("{making:?}"),
        }
    }

    #[test]
    fn what_a_killed_run_left_is_cleared_by_the_next() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::open(directory.path(), &remove).unwrap();
        let left = vacant(&cache, "killed", Freshness::Cached).partial;
        let writer = vacant(&cache, "running", Freshness::Cached);
        Cache::open(directory.path(), &remove).unwrap();
        assert!(!left.exists());
        assert!(writer.partial.exists());
    }

    #[test]
    fn a_new_entry_takes_the_place_of_the_old() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::open(directory.path(), &remove).unwrap();
        drop(
            vacant(&cache, "key", Freshness::Cached)
                .publish(&remove)
                .unwrap(),
        );
        let writer = vacant(&cache, "key", Freshness::New);
        fs::write(writer.partial.join("new"), "").unwrap();
        let entry = writer.publish(&remove).unwrap();
        assert!(entry.path.join("new").exists());
        let names = cache.names().unwrap();
        assert_eq!(names, ["key", "key.lock"]);
    }
}
