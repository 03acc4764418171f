//! Where one result goes: standard output, a device or pipe, or a file that gets its name
//! only when it is complete.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use tempfile::NamedTempFile;

use crate::sandbox::unfinished::Unfinished;

/// An opened destination. If it is dropped before [`Destination::finish`], no file is left behind.
pub(crate) enum Destination {
    /// Standard output.
    Standard,
    /// An existing device or pipe, which is written to directly.
    Special(File),
    /// A regular file, under a temporary name until it is complete.
    File {
        /// The file that is written.
        unfinished: NamedTempFile,
        /// The name that it gets.
        path: PathBuf,
    },
}

impl Destination {
    /// Opens a destination, so that a wrong path is an error before the work starts. `-` is standard
    /// output.
    ///
    /// A device or pipe is written to directly, because renaming a file over it would replace it.
    /// A symbolic link is kept and its target is replaced.
    ///
    /// # Errors
    /// The file cannot be created in its directory.
    pub(crate) fn open(path: &Path, unfinished: &Unfinished) -> io::Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Standard);
        }
        let path = match fs::metadata(path) {
            Ok(there) if there.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(there) if !there.is_file() => {
                return Ok(Self::Special(File::options().write(true).open(path)?));
            }
            Ok(_) => fs::canonicalize(path)?,
            Err(_) => path.to_owned(),
        };
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        // That it is not there is said in the system's words.
        let _ = fs::metadata(directory)?;
        // A temporary file would be private; the umask decides who may read the result.
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
        let file = unfinished
            .file(directory, permissions)
            .map_err(without_name)?;
        Ok(Self::File {
            unfinished: file,
            path,
        })
    }

    /// A writer that another thread can own.
    ///
    /// # Errors
    /// The descriptor cannot be duplicated.
    pub(crate) fn writer(&self) -> io::Result<Box<dyn Write + Send>> {
        Ok(match self {
            Self::Standard => Box::new(io::stdout()),
            Self::Special(file) => Box::new(file.try_clone()?),
            Self::File { unfinished, .. } => Box::new(unfinished.as_file().try_clone()?),
        })
    }

    /// Gives a file its name.
    ///
    /// # Errors
    /// The file cannot be renamed.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Self::Standard | Self::Special(_) => Ok(()),
            Self::File { unfinished, path } => {
                let _: File = unfinished.persist(&path).map_err(|error| error.error)?;
                Ok(())
            }
        }
    }

    /// Drops the result, and removes an older file of the same name.
    ///
    /// # Errors
    /// The older file cannot be removed.
    pub(crate) fn withdraw(self) -> io::Result<()> {
        match self {
            Self::Standard | Self::Special(_) => Ok(()),
            Self::File { path, .. } => match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        }
    }
}

/// The error without the temporary file's name, which says nothing to anybody.
fn without_name(error: io::Error) -> io::Error {
    error
        .get_ref()
        .and_then(|inner| inner.source())
        .and_then(|source| source.downcast_ref::<io::Error>())
        .and_then(io::Error::raw_os_error)
        .map_or(error, io::Error::from_raw_os_error)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]
mod tests {
    use super::*;
    use crate::sandbox::unfinished::tests::names;

    #[test]
    fn a_file_has_its_name_only_when_it_is_complete() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report");
        fs::write(&path, "old").unwrap();
        let destination = Destination::open(&path, &Unfinished::default()).unwrap();
        destination.writer().unwrap().write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        destination.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        drop(Destination::open(&path, &Unfinished::default()).unwrap());
        assert_eq!(names(directory.path()), ["report"]);
        Destination::open(&path, &Unfinished::default())
            .unwrap()
            .withdraw()
            .unwrap();
        assert!(names(directory.path()).is_empty());
    }

    #[test]
    fn a_symbolic_link_is_kept_and_its_target_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let (target, link) = (
            directory.path().join("target"),
            directory.path().join("link"),
        );
        fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink("target", &link).unwrap();
        let destination = Destination::open(&link, &Unfinished::default()).unwrap();
        destination.writer().unwrap().write_all(b"new").unwrap();
        destination.finish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
    }
}
