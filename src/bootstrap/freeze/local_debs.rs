//! Reads package files of the user's.

use std::fs::File;
use std::path::Path;

use crate::bootstrap::error::{Error, at};
use crate::bootstrap::file_digest::{FileDigest, digest};
use crate::bootstrap::freeze::deb_control::control_file;
use crate::bootstrap::local_deb::LocalDeb;
use crate::debian::deb_file;
use crate::debian::deb_file::{Control, DebError};

/// Reads one package file.
///
/// # Errors
/// It is not there, or is not a Debian package.
pub fn read(path: &Path) -> Result<LocalDeb, Error> {
    let path = path.canonicalize().map_err(at(path, "open"))?;
    let digest = digest(&path)?;
    read_with_digest(&path, digest)?.map_err(|error| Error::LocalDeb { path, error })
}

/// Reads one package file whose digest is known.
///
/// # Errors
/// dpkg-deb(1) cannot be started; the inner error says that the file is not a package.
pub(crate) fn read_with_digest(
    path: &Path,
    digest: FileDigest,
) -> Result<Result<LocalDeb, DebError>, Error> {
    let control = match control_file(path) {
        Some(text) => Control::parse(text.trim_end()),
        None => Control::read(path).map_err(at("dpkg-deb", "run"))?,
    };
    Ok(control.map(|control| LocalDeb {
        path: path.to_owned(),
        control: control.text,
        package: control.package,
        version: control.version,
        architecture: control.architecture,
        size: digest.size,
        sha256: digest.sha256,
    }))
}

/// When a package file was packed, in seconds since 1970.
///
/// # Errors
/// It cannot be read; the inner error says that it is not a package.
pub(crate) fn packing_time(path: &Path) -> Result<Result<u64, DebError>, Error> {
    let file = File::open(path).map_err(at(path, "open"))?;
    deb_file::packing_time(file).map_err(at(path, "read"))
}
