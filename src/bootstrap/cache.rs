//! The cache: entries that are whole or not there, shared by runs at the same time.
//!
//! `KEY/` is a finished entry, `KEY.partial/` one that is being written, `KEY.lock` a file that is
//! locked (flock(2)) exclusively by the run that writes the entry, and shared by those that use it.
//! The kernel drops a lock with its process, so a partial entry whose lock is free was left by a
//! run that was killed. A finished entry that is no longer what it was is replaced like one that is
//! not there.
//!
//! The cache's own directory has mode 700. Below it, directories that a sandbox fills have mode
//! 777, because a sandbox's root is neither the user nor the machine's root. A cache that cannot be
//! written is used as it is.

use std::fs;
use std::fs::{DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::{AccessFlags, access};

use crate::bootstrap::cache_lock::{EntryLock, Sharing, Waiting};
use crate::bootstrap::damage::Damage;
use crate::bootstrap::error::{Error, in_cache};
use crate::sandbox::launch::Interrupts;
use crate::sandbox::unfinished::UnfinishedEntry;

/// Removes a tree that may hold files of a sandbox's users.
pub type RemoveTree<'a> = &'a dyn Fn(&Path) -> Result<(), Error>;

/// What the cache asks of whoever looks up a key.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds closures")]
pub struct Handling<'a> {
    /// Removes a tree.
    pub remove: RemoveTree<'a>,
    /// What is wrong with a finished entry. If anything is, it is replaced.
    pub damage: &'a dyn Fn(&Path) -> Option<Damage>,
    /// Is told of the entry that is replaced for that.
    pub damaged: &'a dyn Fn(&Path, &Damage),
    /// Is called if another run holds the lock.
    pub waiting: &'a dyn Fn(),
    /// Ends the waiting.
    pub interrupts: &'a Interrupts,
}

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
    _lock: EntryLock,
}

/// A cache entry that is being written. If it is dropped before [`CacheWriter::publish`], it is
/// left as a partial entry, which the next run removes.
#[derive(Debug)]
pub struct CacheWriter<'a> {
    /// Where to put the entry's files.
    pub partial: PathBuf,
    finished: PathBuf,
    lock: EntryLock,
    _unfinished: UnfinishedEntry<'a>,
}

/// What the cache has for a key.
#[derive(Debug)]
pub enum CacheSlot<'a> {
    /// A finished entry.
    Ready(CacheEntry),
    /// Nothing: the entry is to be written.
    Vacant(CacheWriter<'a>),
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
    /// The directory cannot be made or read, or something in it cannot be removed.
    pub fn open(root: &Path, remove: RemoveTree<'_>) -> Result<Self, Error> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(root)
            .map_err(in_cache(root, "make"))?;
        let cache = Self {
            root: root.to_owned(),
        };
        if access(root, AccessFlags::W_OK).is_ok() {
            cache.clear(remove)?;
        }
        Ok(cache)
    }

    /// Removes partial entries, and lock files of keys that have no entry, if nobody holds them.
    fn clear(&self, remove: RemoveTree<'_>) -> Result<(), Error> {
        for name in self.names()? {
            let partial = name.strip_suffix(".partial");
            let Some(key) = partial.or_else(|| name.strip_suffix(".lock")) else {
                continue;
            };
            if partial.is_none() && is_there(&self.path(key)) {
                continue;
            }
            let Some(lock) = EntryLock::try_take(&self.lock_path(key))? else {
                continue;
            };
            let partial = self.partial_path(key);
            if is_there(&partial) {
                remove(&partial)?;
            }
            if !is_there(&self.path(key)) {
                lock.remove()?;
            }
        }
        Ok(())
    }

    /// Looks a key up. If another run is writing its entry, the call returns when that run has
    /// ended.
    ///
    /// # Errors
    /// The cache cannot be read or written, or a signal ended the waiting.
    pub fn slot<'a>(
        &self,
        key: &str,
        freshness: Freshness,
        handling: Handling<'a>,
    ) -> Result<CacheSlot<'a>, Error> {
        let finished = self.path(key);
        let waiting = Waiting {
            begins: handling.waiting,
            interrupts: handling.interrupts,
        };
        let take = |sharing| EntryLock::take(&self.lock_path(key), sharing, waiting);
        if freshness == Freshness::Cached && is_there(&finished) {
            let lock = take(Sharing::Shared)?;
            if is_there(&finished) && (handling.damage)(&finished).is_none() {
                return Ok(ready(finished, lock));
            }
        }
        let lock = take(Sharing::Exclusive)?;
        if freshness == Freshness::Cached && is_there(&finished) {
            let Some(damage) = (handling.damage)(&finished) else {
                // Another run made it while we waited.
                lock.share()?;
                return Ok(ready(finished, lock));
            };
            (handling.damaged)(&finished, &damage);
        }
        let unfinished = handling.interrupts.unfinished.entry();
        let partial = self.partial_path(key);
        if is_there(&partial) {
            (handling.remove)(&partial)?;
        }
        make_open_directory(&partial)?;
        Ok(CacheSlot::Vacant(CacheWriter {
            partial,
            finished,
            lock,
            _unfinished: unfinished,
        }))
    }

    /// A finished entry as it is, if there is one that nobody writes.
    ///
    /// # Errors
    /// The cache cannot be read.
    pub fn finished_entry(
        &self,
        key: &str,
        interrupts: &Interrupts,
    ) -> Result<Option<CacheEntry>, Error> {
        let waiting = Waiting {
            begins: &|| (),
            interrupts,
        };
        let path = self.path(key);
        if !path.is_dir() {
            return Ok(None);
        }
        let lock = EntryLock::take(&self.lock_path(key), Sharing::Shared, waiting)?;
        let entry = CacheEntry { path, _lock: lock };
        Ok(Some(entry).filter(|entry| entry.path.is_dir()))
    }

    /// Where the finished entry of a key is, if there is one.
    #[must_use]
    pub fn path(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    fn lock_path(&self, key: &str) -> PathBuf {
        self.root.join(format!("{key}.lock"))
    }

    fn partial_path(&self, key: &str) -> PathBuf {
        self.root.join(format!("{key}.partial"))
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
        let entries = fs::read_dir(&self.root).map_err(in_cache(&self.root, "read"))?;
        let mut names: Vec<_> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        Ok(names)
    }
}

impl CacheWriter<'_> {
    /// Makes the entry a finished one, in one step, and takes a shared lock on it.
    ///
    /// # Errors
    /// The rename, or the removal of the entry that was there before.
    pub fn publish(self, remove: RemoveTree<'_>) -> Result<CacheEntry, Error> {
        let Self {
            partial,
            finished,
            lock,
            _unfinished,
        } = self;
        if is_there(&finished) {
            // Its name says that it is for removal, should we be killed in between.
            let old = finished.with_extension("old.partial");
            fs::rename(&finished, &old).map_err(in_cache(&finished, "replace"))?;
            fs::rename(&partial, &finished).map_err(in_cache(&finished, "publish"))?;
            remove(&old)?;
        } else {
            fs::rename(&partial, &finished).map_err(in_cache(&finished, "publish"))?;
        }
        lock.share()?;
        Ok(CacheEntry {
            path: finished,
            _lock: lock,
        })
    }

    /// Removes the partial entry now, instead of leaving that to the next run, and the lock file
    /// if there is no entry of that key.
    ///
    /// # Errors
    /// Something in it cannot be removed.
    pub fn abandon(self, remove: RemoveTree<'_>) -> Result<(), Error> {
        remove(&self.partial)?;
        if is_there(&self.finished) {
            return Ok(());
        }
        self.lock.remove()
    }
}

fn ready<'a>(path: PathBuf, lock: EntryLock) -> CacheSlot<'a> {
    CacheSlot::Ready(CacheEntry { path, _lock: lock })
}

/// Removes an entry, or whatever else has its name; nothing if there is nothing.
pub(crate) fn remove_entry(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == ErrorKind::NotADirectory => fs::remove_file(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Whether there is anything, be it a link that leads nowhere.
fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// A directory that a sandbox can fill.
pub(crate) fn make_open_directory(path: &Path) -> Result<(), Error> {
    fs::create_dir(path).map_err(in_cache(path, "make"))?;
    fs::set_permissions(path, Permissions::from_mode(0o777))
        .map_err(in_cache(path, "open for the sandbox"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remove(path: &Path) -> Result<(), Error> {
        fs::remove_dir_all(path).map_err(in_cache(path, "remove"))
    }

    fn slot<'a>(cache: &Cache, key: &str, freshness: Freshness, is_sound: bool) -> CacheSlot<'a> {
        let handling = Handling {
            remove: &remove,
            damage: if is_sound {
                &|_| None
            } else {
                &|_| Some(Damage::Seal)
            },
            damaged: &|_, _| (),
            waiting: &|| (),
            interrupts: Box::leak(Box::default()),
        };
        cache.slot(key, freshness, handling).unwrap()
    }

    fn vacant<'a>(cache: &Cache, key: &str, freshness: Freshness) -> CacheWriter<'a> {
        match slot(cache, key, freshness, true) {
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
        match slot(&cache, "key", Freshness::Cached, true) {
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

    #[test]
    fn an_entry_that_is_no_longer_what_it_was_is_made_again() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::open(directory.path(), &remove).unwrap();
        let entry = vacant(&cache, "key", Freshness::Cached);
        drop(entry.publish(&remove).unwrap());
        assert!(matches!(
            slot(&cache, "key", Freshness::Cached, true),
            CacheSlot::Ready(_)
        ));
        let CacheSlot::Vacant(writer) = slot(&cache, "key", Freshness::Cached, false) else {
            panic!("it is used");
        };
        writer.abandon(&remove).unwrap();
        assert_eq!(cache.names().unwrap(), ["key", "key.lock"]);
    }

    #[test]
    fn what_could_not_be_made_leaves_no_lock_file() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::open(directory.path(), &remove).unwrap();
        let writer = vacant(&cache, "wrong", Freshness::Cached);
        writer.abandon(&remove).unwrap();
        assert_eq!(cache.names().unwrap(), Vec::<String>::new());
        fs::write(directory.path().join("older.lock"), "").unwrap();
        Cache::open(directory.path(), &remove).unwrap();
        assert_eq!(cache.names().unwrap(), Vec::<String>::new());
    }
}
