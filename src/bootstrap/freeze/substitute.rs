//! Puts package files of the user's in the place of the archive's.

use std::fs;
use std::path::{Path, PathBuf};

use crate::bootstrap::error::{Error, at};
use crate::bootstrap::freeze::indices;
use crate::bootstrap::freeze::lists::{files, package_indices};
use crate::bootstrap::recipe::Recipe;
use crate::debian::release;

/// Puts the local packages into the frozen indices and the pool.
///
/// The archive's own versions are removed from the indices, so that a local package wins
/// whatever its version is, and no line of sources.list or preferences that names it gets into
/// the tarball.
pub(crate) fn substitute(recipe: &Recipe, lists: &Path, pool: &Path) -> Result<(), Error> {
    if recipe.debs.is_empty() {
        return Ok(());
    }
    let indices = package_indices(lists)?;
    let Some(target) = index_of_suite(recipe, lists, &indices)? else {
        return Err(Error::NoPackageIndex);
    };
    for path in indices {
        let text = fs::read_to_string(&path).map_err(at(&path, "read"))?;
        let mut text = indices::without(&text, &recipe.debs);
        if path == target {
            text.push_str(&indices::stanzas_of(&recipe.debs));
        }
        // The file is the sandbox's, the directory ours: replace it.
        let new = path.with_extension("new");
        fs::write(&new, text).map_err(at(&new, "write"))?;
        fs::rename(&new, &path).map_err(at(&path, "replace"))?;
    }
    for deb in &recipe.debs {
        let target = pool.join(deb.archive_name());
        fs::copy(&deb.path, &target).map_err(at(&target, "copy"))?;
    }
    Ok(())
}

/// The index that local packages go to: the first of the suite's own.
///
/// mmdebstrap takes the Essential set from archives of the suite's name alone, so a package
/// in the index of its security updates would be left out.
fn index_of_suite(
    recipe: &Recipe,
    lists: &Path,
    indices: &[PathBuf],
) -> Result<Option<PathBuf>, Error> {
    for path in files(lists)? {
        let name = path.to_string_lossy().into_owned();
        let stem = ["_InRelease", "_Release"]
            .iter()
            .find_map(|ending| name.strip_suffix(ending));
        let Some(stem) = stem else { continue };
        let text = fs::read_to_string(&path).map_err(at(&path, "read"))?;
        let own = |index: &&PathBuf| {
            let name = index.to_string_lossy();
            name.strip_prefix(stem)
                .is_some_and(|rest| rest.starts_with('_'))
        };
        if release::is_release_of(&text, &recipe.suite)
            && let Some(found) = indices.iter().find(own)
        {
            return Ok(Some(found.clone()));
        }
    }
    Ok(indices.first().cloned())
}
