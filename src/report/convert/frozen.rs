//! The frozen archive, and the recipe that it was frozen for.

use crate::report::convert::escapes::time;
use crate::report::wire::frozen::{FrozenPackage, FrozenState};
use crate::verify::facts::Facts;

/// What was frozen.
pub(crate) fn frozen(facts: &Facts) -> FrozenState {
    let (recipe, archive) = (&facts.recipe, &facts.archive);
    let packages = archive.packages.iter();
    FrozenState {
        suite: recipe.suite.clone(),
        mirror: recipe.given_mirror().map(str::to_owned),
        variant: recipe.variant.clone(),
        include: recipe.include.clone(),
        architecture: recipe.architecture.clone(),
        release_date: archive.release_date.map(|date| time(&date.to_string())),
        source_date_epoch: facts.epoch,
        sha256: archive.sha256.clone(),
        bytes: archive.bytes,
        packages: packages
            .map(|(file, sha256)| FrozenPackage {
                file: file.clone(),
                sha256: sha256.clone(),
            })
            .collect(),
    }
}
