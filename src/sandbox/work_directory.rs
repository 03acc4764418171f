//! The directory on disk in which one sandbox keeps what it writes, instead of memory.
//!
//! It is below the one that the user names, closed to all others, and holds one that is open to
//! all: the sandbox's root is neither the user nor the machine's root. It is removed with its
//! sandbox; what a killed run left there is removed by the next one.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::statfs::{FUSE_SUPER_MAGIC, FsType, NFS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC, statfs};
use nix::sys::statvfs::FsFlags;
use nix::unistd::Pid;

use crate::sandbox::id_maps::write_maps;
use crate::sandbox::idmap::{IdMap, UserNamespace};
use crate::sandbox::protocol::Channel;
use crate::sandbox::stage::remover::{FromRemover, ToRemover};
use crate::sandbox::stage_names::REMOVER;
use crate::sandbox::unfinished::{Unfinished, UnfinishedDirectory, UnfinishedEntry};

/// How long processes of a sandbox that was killed may take to end: the kernel ends them one after
/// the other, and they write meanwhile.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often the removal is tried meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// The part that is open to all.
const OPEN: &str = "open";

/// File systems on which overlayfs takes no upper directory (Linux's `overlayfs.rst`).
const NOT_FOR_UPPER: [(FsType, &str); 3] = [
    (OVERLAYFS_SUPER_MAGIC, "overlayfs"),
    (NFS_SUPER_MAGIC, "NFS"),
    (FUSE_SUPER_MAGIC, "FUSE"),
];

/// Why a directory is of no use.
#[derive(Debug, thiserror::Error)]
pub enum WorkDirectoryError {
    /// Something cannot be made there.
    #[error("{0}")]
    Make(io::Error),
    /// No program can be run there.
    #[error("programs cannot be run there (noexec)")]
    NoExec,
    /// It is on a file system that overlayfs takes no upper directory of.
    #[error("{0} takes no upper directory of overlayfs")]
    NotForUpper(&'static str),
    /// The file system keeps no extended attributes, in which overlayfs notes what it must know.
    #[error("the file system keeps no extended attributes of users")]
    NoAttributes,
}

/// The directory of one sandbox, until it is dropped.
#[derive(Debug)]
pub(crate) struct WorkDirectory<'a> {
    directory: UnfinishedDirectory,
    ids: IdMap,
    _entry: UnfinishedEntry<'a>,
}

impl<'a> WorkDirectory<'a> {
    /// Makes one below `parent` for a sandbox with these ids. What killed runs left there is
    /// removed.
    pub(crate) fn make(
        parent: &Path,
        ids: &IdMap,
        unfinished: &'a Unfinished,
    ) -> Result<Self, WorkDirectoryError> {
        use WorkDirectoryError::{Make, NoAttributes, NoExec, NotForUpper};
        let stat = statfs(parent).map_err(|error| Make(error.into()))?;
        if stat.flags().contains(FsFlags::ST_NOEXEC) {
            return Err(NoExec);
        }
        let mut kinds = NOT_FOR_UPPER.iter();
        if let Some((_, name)) = kinds.find(|(kind, _)| *kind == stat.filesystem_type()) {
            return Err(NotForUpper(name));
        }
        let remove = |path: &Path| remove_left(path, ids);
        if !parent.is_dir() {
            return Err(Make(ErrorKind::NotADirectory.into()));
        }
        // Its words name the directory that could not be made, which is any.
        let directory = unfinished.directory_in(parent, &remove);
        let made = Self {
            _entry: unfinished.entry(),
            directory: directory.map_err(|error| Make(error.kind().into()))?,
            ids: ids.clone(),
        };
        let open = made.open();
        fs::create_dir(&open).map_err(Make)?;
        let flags = rustix::fs::XattrFlags::empty();
        if rustix::fs::setxattr(&open, "user.twinroot", b"", flags).is_err() {
            return Err(NoAttributes);
        }
        rustix::fs::removexattr(&open, "user.twinroot").map_err(|error| Make(error.into()))?;
        fs::set_permissions(&open, Permissions::from_mode(0o777)).map_err(Make)?;
        Ok(made)
    }

    /// The directory that the sandbox may fill.
    pub(crate) fn open(&self) -> PathBuf {
        self.directory.path().join(OPEN)
    }
}

impl Drop for WorkDirectory<'_> {
    fn drop(&mut self) {
        let start = Instant::now();
        while !empty(&self.open(), &self.ids) && start.elapsed() < PATIENCE {
            sleep(PAUSE);
        }
    }
}

/// Removes the whole directory of a run that was killed. What cannot be removed stays: it is in
/// nobody's way.
fn remove_left(path: &Path, ids: &IdMap) {
    let open = path.join(OPEN);
    if open.is_dir() {
        let _ = empty(&open, ids);
    }
    let _ = fs::remove_dir_all(path);
}

/// Empties a directory that may hold files of a sandbox's users; whether it is empty then.
fn empty(directory: &Path, ids: &IdMap) -> bool {
    let removed = fs::remove_dir_all(directory);
    match (removed, ids.namespace) {
        (Ok(()), _) => true,
        (Err(error), _) if error.kind() == ErrorKind::NotFound => true,
        (Err(_), UserNamespace::Callers) => false,
        (Err(_), UserNamespace::Own) => empty_with_ids(directory, ids).is_some(),
    }
}

/// The same by a process that has the sandbox's ids; nothing if it fails.
fn empty_with_ids(directory: &Path, ids: &IdMap) -> Option<()> {
    let (mut channel, stdin) = Channel::pair().ok()?;
    let mut child = Command::new("/proc/self/exe")
        .arg(REMOVER)
        .env_clear()
        .stdin(stdin)
        .spawn()
        .ok()?;
    let process = Pid::from_raw(i32::try_from(child.id()).ok()?);
    let mut emptied = || {
        let asked = ToRemover::Empty(directory.to_owned());
        channel.send(&asked).ok()?;
        match channel.receive().ok()?? {
            FromRemover::Unshared => write_maps(ids, process).ok()?,
            FromRemover::Done | FromRemover::Failed(_) => return None,
        }
        channel.send(&ToRemover::Mapped).ok()?;
        match channel.receive().ok()?? {
            FromRemover::Done => Some(()),
            FromRemover::Unshared | FromRemover::Failed(_) => None,
        }
    };
    let result = emptied();
    let _ = child.kill();
    let _ = child.wait();
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::unfinished::tests::names;

    #[test]
    fn a_directory_goes_with_its_sandbox_and_one_of_a_killed_run_with_the_next() {
        let lab = tempfile::tempdir().unwrap();
        let unfinished = Unfinished::default();
        let left = lab.path().join(".twinroot-killed");
        fs::create_dir_all(left.join("open/layer0/upper")).unwrap();
        let made = WorkDirectory::make(lab.path(), &IdMap::callers(), &unfinished).unwrap();
        assert!(unfinished.has_entry() && !left.exists());
        fs::write(made.open().join("file"), "x").unwrap();
        drop(made);
        assert_eq!(names(lab.path()), Vec::<String>::new());
        assert!(!unfinished.has_entry());
    }

    #[test]
    fn a_file_is_no_work_directory() {
        let lab = tempfile::tempdir().unwrap();
        let unfinished = Unfinished::default();
        let made = |path: &Path| {
            let made = WorkDirectory::make(path, &IdMap::callers(), &unfinished);
            made.map(drop).map_err(|error| error.to_string())
        };
        let missing = lab.path().join("missing");
        assert_eq!(
            made(&missing),
            Err("No such file or directory (os error 2)".to_owned())
        );
        fs::write(&missing, "").unwrap();
        assert_eq!(made(&missing), Err("not a directory".to_owned()));
    }
}
