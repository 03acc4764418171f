//! The state of one file system object: everything that the audit holds against its
//! former state.

use std::collections::BTreeMap;
use std::fs::{FileType, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::{fs, io};

/// Largest value of one extended attribute (xattr(7)), and of one list of names.
const XATTR_MAX: usize = 65_536;

/// Seconds since the epoch, and nanoseconds.
pub(crate) type Time = (i64, i64);

/// A path's state, of lstat(2), readlink(2) and lgetxattr(2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
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
    pub(crate) device: Option<(u32, u32)>,
    pub(crate) links: u64,
    /// Number on its file system.
    pub(crate) inode: u64,
    /// What a symbolic link points to.
    pub(crate) target: Option<Vec<u8>>,
    /// Extended attributes, POSIX ACLs among them (`system.posix_acl_*`).
    pub(crate) xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    Symlink,
    CharDevice,
    BlockDevice,
    Fifo,
    Socket,
}

impl Kind {
    fn of(kind: FileType) -> Self {
        if kind.is_file() {
            Self::File
        } else if kind.is_dir() {
            Self::Directory
        } else if kind.is_symlink() {
            Self::Symlink
        } else if kind.is_char_device() {
            Self::CharDevice
        } else if kind.is_block_device() {
            Self::BlockDevice
        } else if kind.is_fifo() {
            Self::Fifo
        } else {
            Self::Socket
        }
    }

    /// The contract's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Symlink => "symlink",
            Self::CharDevice => "char-device",
            Self::BlockDevice => "block-device",
            Self::Fifo => "fifo",
            Self::Socket => "socket",
        }
    }
}

impl Node {
    /// Reads one path without following it; `None` where there is nothing.
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
        let kind = Kind::of(metadata.file_type());
        let number = metadata.rdev();
        let target = (kind == Kind::Symlink)
            .then(|| fs::read_link(path).map(|target| target.as_os_str().as_bytes().to_vec()))
            .transpose()?;
        Ok(Self {
            kind,
            mode: metadata.mode() & 0o7777,
            uid: metadata.uid(),
            gid: metadata.gid(),
            size: if kind == Kind::File {
                metadata.len()
            } else {
                0
            },
            mtime: (metadata.mtime(), metadata.mtime_nsec()),
            atime: (metadata.atime(), metadata.atime_nsec()),
            ctime: (metadata.ctime(), metadata.ctime_nsec()),
            device: matches!(kind, Kind::CharDevice | Kind::BlockDevice)
                .then(|| (rustix::fs::major(number), rustix::fs::minor(number))),
            links: metadata.nlink(),
            inode: metadata.ino(),
            target,
            xattrs: xattrs(path)?,
        })
    }

    /// The same with modes, owners and times that were read before.
    pub(crate) fn with_metadata(self, metadata: &Metadata) -> Self {
        Self {
            mode: metadata.mode() & 0o7777,
            uid: metadata.uid(),
            gid: metadata.gid(),
            mtime: (metadata.mtime(), metadata.mtime_nsec()),
            atime: (metadata.atime(), metadata.atime_nsec()),
            ..self
        }
    }

    pub(crate) fn is_dir(&self) -> bool {
        self.kind == Kind::Directory
    }

    pub(crate) fn is_file(&self) -> bool {
        self.kind == Kind::File
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
