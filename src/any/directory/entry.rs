//! What tar would hold of one name in a directory.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;

use rustix::fs::{FileType, Stat};
use rustix::io::Errno;

use crate::any::directory::attributes::attributes;
use crate::any::directory::walk::Met;
use crate::tar::written::{WrittenEntry, WrittenKind};

/// Files of several names, by device and inode: the first name that was met.
pub(crate) type FirstNames = BTreeMap<(u64, u64), Vec<u8>>;

/// The entry of something that was met.
pub(crate) fn entry(
    met: &Met,
    facts: &Stat,
    holder: &OwnedFd,
    first_names: &mut FirstNames,
) -> Result<WrittenEntry, Errno> {
    let kind = FileType::from_raw_mode(facts.st_mode);
    let mut entry = WrittenEntry {
        kind: written_kind(kind),
        mode: facts.st_mode & 0o7777,
        uid: facts.st_uid.into(),
        gid: facts.st_gid.into(),
        seconds: facts.st_mtime,
        nanoseconds: u32::try_from(facts.st_mtime_nsec).unwrap_or(0),
        ..WrittenEntry::file(&met.path, 0)
    };
    if facts.st_nlink > 1 && kind != FileType::Directory {
        let inode = (facts.st_dev, facts.st_ino);
        if let Some(first) = first_names.get(&inode) {
            entry.kind = WrittenKind::HardLink;
            entry.linkname.clone_from(first);
            return Ok(entry);
        }
        first_names.insert(inode, met.path.clone());
    }
    match kind {
        FileType::RegularFile => entry.size = u64::try_from(facts.st_size).unwrap_or(0),
        FileType::Symlink => {
            let target = rustix::fs::readlinkat(holder, &*met.name, Vec::new())?;
            entry.linkname = target.into_bytes();
        }
        FileType::CharacterDevice | FileType::BlockDevice => {
            entry.major = rustix::fs::major(facts.st_rdev);
            entry.minor = rustix::fs::minor(facts.st_rdev);
        }
        _ => {}
    }
    entry.records = attributes(holder, &met.name)?;
    Ok(entry)
}

fn written_kind(kind: FileType) -> WrittenKind {
    match kind {
        FileType::Directory => WrittenKind::Directory,
        FileType::Symlink => WrittenKind::Symlink,
        FileType::CharacterDevice => WrittenKind::CharDevice,
        FileType::BlockDevice => WrittenKind::BlockDevice,
        FileType::Fifo => WrittenKind::Fifo,
        FileType::Socket => WrittenKind::Socket,
        FileType::RegularFile | FileType::Unknown => WrittenKind::File,
    }
}
