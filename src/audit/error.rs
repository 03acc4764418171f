//! Why an audit proves nothing.

use std::io;
use std::path::{Path, PathBuf};

/// A path could not be read, so that the audit proves nothing.
#[derive(Debug, thiserror::Error)]
#[error("`{}`: {error}", path.to_string_lossy())]
pub(crate) struct AuditError {
    path: PathBuf,
    error: io::Error,
}

/// Names the path that an I/O error is about.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> AuditError {
    let path = path.to_owned();
    move |error| AuditError { path, error }
}
