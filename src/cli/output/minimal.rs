//! The directory of `--minimal`: two tarballs of the entries that differ, each under its name only
//! when both are whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::any::minimal;
use crate::any::nested::archive::Place;
use crate::cli::output::destination::Destination;
use crate::compare::names::Names;
use crate::compare::options::Options;
use crate::compare::side::Sides;
use crate::compare::stop::WalkError;
use crate::sandbox::unfinished::Unfinished;
use crate::text::quote;

/// What names of unfinished files begin with.
const UNFINISHED: &[u8] = b".twinroot-";

/// A directory that was empty or was made. If it is dropped before [`Minimal::write`] has
/// succeeded, nothing is left of what was made.
pub(crate) struct Minimal {
    /// `None` once they have their names.
    files: Option<Sides<Destination>>,
    directory: PathBuf,
    is_new: bool,
}

impl Minimal {
    /// Makes the directory if need be, and opens both files.
    ///
    /// # Errors
    /// It cannot be made or written to, or is not empty.
    pub(crate) fn open(directory: &Path, unfinished: &Unfinished) -> anyhow::Result<Self> {
        let place = || {
            let path = quote(directory.as_os_str().as_encoded_bytes());
            format!("--minimal {path}")
        };
        let is_new = match fs::metadata(directory) {
            Ok(_) => false,
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => return Err(error).with_context(place),
        };
        if is_new {
            fs::create_dir_all(directory).with_context(place)?;
        } else if !is_empty(directory).with_context(place)? {
            anyhow::bail!("{}: is not empty", place());
        }
        let mut opened = Self {
            files: None,
            directory: directory.to_owned(),
            is_new,
        };
        let open = |name| Destination::open(&directory.join(name), unfinished);
        let files = open("left.tar").and_then(|left| {
            Ok(Sides {
                left,
                right: open("right.tar")?,
            })
        });
        opened.files = Some(files.with_context(place)?);
        Ok(opened)
    }

    /// Writes the entries of these names, and gives both files their names.
    ///
    /// # Errors
    /// An archive cannot be read, or a file not be written.
    pub(crate) fn write(
        mut self,
        archives: &Sides<Place>,
        names: &Names,
        options: &Options,
    ) -> anyhow::Result<()> {
        let place = format!(
            "--minimal {}",
            quote(self.directory.as_os_str().as_encoded_bytes())
        );
        let Some(files) = self.files.take() else {
            return Ok(());
        };
        let written = written(files, archives, names, options);
        self.is_new &= written.is_err();
        written.context(place)
    }
}

fn written(
    files: Sides<Destination>,
    archives: &Sides<Place>,
    names: &Names,
    options: &Options,
) -> anyhow::Result<()> {
    let out = Sides {
        left: files.left.writer()?,
        right: files.right.writer()?,
    };
    minimal::write(archives, names, options, out).map_err(|error| match error {
        WalkError::Io(error) => anyhow::Error::from(error),
        WalkError::Tar(error) => error.into(),
        error @ WalkError::TooMany(_) => error.into(),
    })?;
    files.left.finish()?;
    Ok(files.right.finish()?)
}

/// Whether nothing is in a directory but what killed runs left there.
fn is_empty(directory: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        if !name.as_encoded_bytes().starts_with(UNFINISHED) {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Drop for Minimal {
    fn drop(&mut self) {
        self.files = None;
        if self.is_new {
            // If something is in it, somebody else has put it there.
            let _ = fs::remove_dir(&self.directory);
        }
    }
}
