//! Describes what was fetched: digests of all of it, and the date of the suite.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::bootstrap::error::{Error, at};
use crate::bootstrap::file_digest::{FileDigest, digest};
use crate::bootstrap::freeze::indices;
use crate::bootstrap::freeze::lists::{files, package_indices};
use crate::bootstrap::freeze::state::FrozenArchive;
use crate::bootstrap::recipe::Recipe;
use crate::debian::release;
use crate::text::hex::hex;

/// Describes the frozen archive whose indices and packages are in these directories.
///
/// # Errors
/// A file cannot be read, or a package is not the one that its index names.
pub(crate) fn describe(recipe: &Recipe, lists: &Path, pool: &Path) -> Result<FrozenArchive, Error> {
    let mut all = Sha256::new();
    for path in files(lists)? {
        let name = file_name(&path);
        all.update(format!("{name} {}\n", digest(&path)?.sha256));
    }
    let mut known = indices::Digests::new();
    for path in package_indices(lists)? {
        let text = fs::read_to_string(&path).map_err(at(&path, "read"))?;
        known.extend(indices::digests(&text));
    }
    let mut packages = BTreeMap::new();
    let mut bytes = 0;
    for path in files(pool)? {
        let name = file_name(&path);
        let FileDigest { size, sha256 } = digest(&path)?;
        if known.get(&name).is_some_and(|known| *known != sha256) {
            return Err(Error::DigestMismatch { file: name, sha256 });
        }
        bytes += size;
        all.update(format!("{name} {sha256}\n"));
        packages.insert(name, sha256);
    }
    let release_date = newest_release(recipe, lists)?;
    Ok(FrozenArchive {
        suite: recipe.suite.clone(),
        variant: recipe.variant.clone(),
        release_date,
        sha256: hex(&all.finalize()),
        packages,
        bytes,
    })
}

/// The date of the suite's own Release file; the newest of all if none has its name.
fn newest_release(recipe: &Recipe, lists: &Path) -> Result<Option<i64>, Error> {
    let (mut own, mut any) = (None, None);
    for path in files(lists)? {
        if !path.to_string_lossy().ends_with("Release") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(at(&path, "read"))?;
        let date = release::date(&text);
        any = any.max(date);
        if release::is_release_of(&text, &recipe.suite) {
            own = own.max(date);
        }
    }
    Ok(own.or(any))
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
