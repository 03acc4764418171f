//! Where one result goes: standard output, a device or pipe, or a file that gets its name
//! when it is whole.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use tempfile::NamedTempFile;

/// An opened destination. Dropped unfinished, a file leaves nothing behind.
pub(crate) enum Destination {
    /// Standard output.
    Standard,
    /// What stands there already and is no regular file: written as it is.
    Special(File),
    /// A file under another name until it is whole, and the name it gets.
    File(NamedTempFile, PathBuf),
}

impl Destination {
    /// Opens a destination, `-` being standard output, so that a mistake shows before the work.
    ///
    /// A device or a pipe is written as it is: renaming over it would replace it. A symbolic
    /// link stays, and what it points to is replaced.
    ///
    /// # Errors
    /// The file cannot be made where it should be.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
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
        // A temporary file would be private; who may read the result is for the umask to say.
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
        let file = tempfile::Builder::new()
            .prefix(".twinroot-")
            .permissions(permissions)
            .tempfile_in(directory)?;
        Ok(Self::File(file, path))
    }

    /// A writer of its own, for a thread.
    ///
    /// # Errors
    /// No descriptor is left.
    pub(crate) fn writer(&self) -> io::Result<Box<dyn Write + Send>> {
        Ok(match self {
            Self::Standard => Box::new(io::stdout()),
            Self::Special(file) => Box::new(file.try_clone()?),
            Self::File(file, _) => Box::new(file.as_file().try_clone()?),
        })
    }

    /// Gives a file its name.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Self::Standard | Self::Special(_) => Ok(()),
            Self::File(file, path) => {
                let _: File = file.persist(&path).map_err(|error| error.error)?;
                Ok(())
            }
        }
    }

    /// Leaves no file behind, an older one of that name neither.
    ///
    /// # Errors
    /// The older one cannot be removed.
    pub(crate) fn withdraw(self) -> io::Result<()> {
        match self {
            Self::Standard | Self::Special(_) => Ok(()),
            Self::File(_, path) => match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        }
    }
}
