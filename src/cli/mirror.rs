//! From MIRROR to one that mmdebstrap takes, where it is a directory of this machine.

use super::machine::cache_root;
use super::progress::Stages;
use crate::build::BuildError;
use crate::build::cache::Entry;
use crate::build::local_repository::{self, Found};
use crate::build::package_files::Work;
use crate::build::recipe::Recipe;
use crate::sandbox::Interrupts;

/// The recipe with its mirror resolved, and what must be held while it is pinned.
///
/// # Errors
/// The directory has nothing to build from.
pub(super) fn resolved(
    recipe: Recipe,
    interrupts: &Interrupts,
    stages: &Stages,
) -> Result<(Recipe, Option<Entry>), BuildError> {
    let Some(given) = recipe.mirror.as_deref() else {
        return Ok((recipe, None));
    };
    let Some(path) = local_repository::directory(given)? else {
        return Ok((recipe, None));
    };
    let stage = stages.start("mirror");
    let work = Work {
        interrupts,
        watch: &|line| stage.say(line),
    };
    let cache = cache_root()?.join("repositories");
    let Found {
        line,
        mirror,
        what,
        entry,
    } = local_repository::find(&recipe, (given, &path), &cache, work)?;
    stage.finish(&format!("{given}   {what}"));
    let recipe = Recipe {
        mirror: Some(line),
        local_mirror: Some(mirror),
        ..recipe
    };
    Ok((recipe, entry))
}
