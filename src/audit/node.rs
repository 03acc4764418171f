//! The state of one file system object: everything that the audit compares with its former
//! state.

use std::collections::BTreeMap;
use std::fs::{FileType, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::{fs, io};

use crate::audit::value::{ObjectType, Time};

/// Largest value of one extended attribute (xattr(7)), and of one list of names.
const XATTR_MAX: usize = 65_536;

/// A path's state, of lstat(2), readlink(2) and lgetxattr(2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) kind: ObjectType,
    /// Permission bits with set-id and sticky ones.
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Bytes, of a file.
    pub(crate) size: u64,
    pub(crate) mtime: Time,
    pub(crate) atime: Time,
    pub(crate) ctime: Time,
    /// Major and minor number of a device.
    pub(crate) device: Option<DeviceNumbers>,
    pub(crate) links: u64,
    /// Number on its file system.
    pub(crate) inode: u64,
    /// What a symbolic link points to.
    pub(crate) target: Option<Vec<u8>>,
    /// Extended attributes, POSIX ACLs among them (`system.posix_acl_*`).
    pub(crate) xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
}

fn type_of(kind: FileType) -> ObjectType {
    if kind.is_file() {
        ObjectType::File
    } else if kind.is_dir() {
        ObjectType::Directory
    } else if kind.is_symlink() {
        ObjectType::Symlink
    } else if kind.is_char_device() {
        ObjectType::CharDevice
    } else if kind.is_block_device() {
        ObjectType::BlockDevice
    } else if kind.is_fifo() {
        ObjectType::Fifo
    } else {
        ObjectType::Socket
    }
}

/// What a device is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeviceNumbers {
    pub(crate) major: u32,
    pub(crate) minor: u32,
}

impl Node {
    /// Reads one path without following it; `None` if there is nothing.
    pub(crate) fn read(path: &Path) -> io::Result<Option<Self>> {
        match fs::symlink_metadata(path) {
            Ok(metadata) => Self::with(path, &metadata).map(Some),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn with(path: &Path, metadata: &Metadata) -> io::Result<Self> {
        let kind = type_of(metadata.file_type());
        let number = metadata.rdev();
        let target = (kind == ObjectType::Symlink)
            .then(|| fs::read_link(path).map(|target| target.as_os_str().as_bytes().to_vec()))
            .transpose()?;
        Ok(Self {
            kind,
            mode: metadata.mode() & 0o7777,
            uid: metadata.uid(),
            gid: metadata.gid(),
            size: if kind == ObjectType::File {
                metadata.len()
            } else {
                0
            },
            mtime: modified(metadata),
            atime: accessed(metadata),
            ctime: Time {
                seconds: metadata.ctime(),
                nanoseconds: metadata.ctime_nsec(),
            },
            device: matches!(kind, ObjectType::CharDevice | ObjectType::BlockDevice).then(|| {
                DeviceNumbers {
                    major: rustix::fs::major(number),
                    minor: rustix::fs::minor(number),
                }
            }),
            links: metadata.nlink(),
            inode: metadata.ino(),
            target,
            xattrs: xattrs(path)?,
        })
    }

    /// The same object with modes, owners and times that were read earlier.
    pub(crate) fn with_metadata(self, metadata: &Metadata) -> Self {
        Self {
            mode: metadata.mode() & 0o7777,
            uid: metadata.uid(),
            gid: metadata.gid(),
            mtime: modified(metadata),
            atime: accessed(metadata),
            ..self
        }
    }

    pub(crate) fn is_dir(&self) -> bool {
        self.kind == ObjectType::Directory
    }

    pub(crate) fn is_file(&self) -> bool {
        self.kind == ObjectType::File
    }
}

fn modified(metadata: &Metadata) -> Time {
    Time {
        seconds: metadata.mtime(),
        nanoseconds: metadata.mtime_nsec(),
    }
}

fn accessed(metadata: &Metadata) -> Time {
    Time {
        seconds: metadata.atime(),
        nanoseconds: metadata.atime_nsec(),
    }
}

fn xattrs(path: &Path) -> io::Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    // Nearly nothing has any, and what has has few: no large buffer for each path.
    let mut few = [0; 256];
    let names = match rustix::fs::llistxattr(path, &mut few[..]) {
        Ok(length) => few.get(..length).unwrap_or_default().to_vec(),
        Err(rustix::io::Errno::NOTSUP) => return Ok(BTreeMap::new()),
        Err(rustix::io::Errno::RANGE) => {
            let mut names = vec![0; XATTR_MAX];
            let length = rustix::fs::llistxattr(path, &mut names[..])?;
            names.truncate(length);
            names
        }
        Err(error) => return Err(error.into()),
    };
    let mut found = BTreeMap::new();
    for name in names
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
    {
        let mut value = vec![0; XATTR_MAX];
        match rustix::fs::lgetxattr(path, name, &mut value[..]) {
            Ok(length) => value.truncate(length),
            // Listed, but kept from this namespace (`trusted.*`).
            Err(
                rustix::io::Errno::NODATA | rustix::io::Errno::PERM | rustix::io::Errno::NOTSUP,
            ) => continue,
            Err(error) => return Err(error.into()),
        }
        found.insert(name.to_vec(), value);
    }
    Ok(found)
}
