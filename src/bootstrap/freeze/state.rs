//! What a frozen archive is, as its entry in the cache has it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::bootstrap::damage::Damage;
use crate::bootstrap::error::{Error, at};
use crate::bootstrap::seal;
use crate::bootstrap::seal::Depth;

/// What `state.json` says of a frozen archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenArchive {
    /// Suite or code name of the recipe that it was frozen for.
    pub suite: String,
    /// That recipe's variant, and so its set of packages.
    pub variant: String,
    /// Date of the suite's Release file, in seconds since 1970.
    pub release_date: Option<i64>,
    /// SHA-256 of all indices and packages, hexadecimal.
    pub sha256: String,
    /// SHA-256 of each package file, hexadecimal, by its name in the pool.
    pub packages: BTreeMap<String, String>,
    /// Size of all packages together, in bytes.
    pub bytes: u64,
}

/// Reads the description of a finished entry.
///
/// # Errors
/// The entry is not that of a frozen archive.
pub fn read(entry: &Path) -> Result<FrozenArchive, Error> {
    let path = path(entry);
    let text = fs::read(&path).map_err(at(&path, "read"))?;
    serde_json::from_slice(&text).map_err(|error| at(&path, "read")(error.into()))
}

/// The description of a finished entry whose indices and packages are those that were frozen: all
/// are read.
///
/// # Errors
/// The entry is damaged.
pub fn read_sound(entry: &Path) -> Result<FrozenArchive, Damage> {
    seal::check(entry, Depth::Contents)?;
    read(entry).map_err(|_| Damage::Description)
}

/// Writes the description into an entry that is being made.
///
/// # Errors
/// It cannot be written.
pub(crate) fn write(entry: &Path, state: &FrozenArchive) -> Result<(), Error> {
    let path = path(entry);
    let text =
        serde_json::to_vec_pretty(state).map_err(|error| at(&path, "write")(error.into()))?;
    fs::write(&path, text).map_err(at(&path, "write"))
}

fn path(entry: &Path) -> PathBuf {
    entry.join("state.json")
}
