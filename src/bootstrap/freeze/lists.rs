//! Finds files in the directories that apt filled.

use std::fs;
use std::path::{Path, PathBuf};

use crate::bootstrap::error::{Error, at};

/// The paths in a directory, sorted.
pub(crate) fn files(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(directory).map_err(at(directory, "read"))?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    Ok(paths)
}

/// The package indices among apt's lists.
pub(crate) fn package_indices(lists: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut paths = files(lists)?;
    paths.retain(|path| path.to_string_lossy().ends_with("_Packages"));
    Ok(paths)
}
