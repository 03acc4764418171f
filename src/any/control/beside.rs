//! The files beside a control file that it lists.

use std::fs::File;
use std::io;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use sha2::{Digest as _, Sha256};

use crate::any::named::Named;
use crate::debian::file_list::ListedFile;
use crate::input::read_at::RegularFile;
use crate::text::hex::hex;

/// The directory that a control file is in; a stream is in none.
#[derive(Debug)]
pub(crate) struct Beside {
    directory: Option<PathBuf>,
    /// The control file's own name.
    own: Vec<u8>,
}

impl Beside {
    pub(crate) fn new(named: &Named) -> Self {
        let path = Path::new(std::ffi::OsStr::from_bytes(&named.path));
        Self {
            directory: path.parent().map(Path::to_owned),
            own: path
                .file_name()
                .map(|name| name.as_bytes().to_vec())
                .unwrap_or_default(),
        }
    }

    /// Whether a name is the control file itself, which lists itself then.
    pub(crate) fn is_own(&self, name: &[u8]) -> bool {
        self.own == name
    }

    /// The path of a listed file.
    pub(crate) fn path(&self, name: &[u8]) -> PathBuf {
        let directory = self.directory.clone().unwrap_or_default();
        directory.join(std::ffi::OsStr::from_bytes(name))
    }

    /// Opens a listed file; `None` if there is none of this name, or something that is no file.
    /// A symbolic link is followed: its name is in the directory, whatever the list says.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn open(&self, name: &[u8]) -> io::Result<Option<RegularFile>> {
        if self.directory.is_none() {
            return Ok(None);
        }
        let path = self.path(name);
        match std::fs::metadata(&path) {
            Ok(facts) if facts.is_file() => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        }
        // What has taken its place meanwhile is not waited for.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(&path, flags, Mode::empty())?);
        let facts = file.metadata()?;
        let length = facts.len();
        Ok(facts.is_file().then_some(RegularFile { file, length }))
    }
}

/// Whether a file has the size and the SHA-256 that are listed.
///
/// # Errors
/// The operating system's.
pub(crate) fn is_as_listed(file: &RegularFile, listed: &ListedFile) -> io::Result<bool> {
    if file.length != listed.size {
        return Ok(false);
    }
    let Some(sha256) = &listed.sha256 else {
        return Ok(true);
    };
    let mut reader = file.file.try_clone()?;
    crate::compare::rewind(&reader)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match reader.read(&mut buffer)? {
            0 => break,
            read => hasher.update(buffer.get(..read).unwrap_or_default()),
        }
    }
    crate::compare::rewind(&reader)?;
    Ok(hex(&hasher.finalize()) == *sha256)
}
