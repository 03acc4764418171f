//! From MIRROR to one that mmdebstrap takes, where it is a directory of this machine.

use crate::bootstrap::cache::CacheEntry;
use crate::bootstrap::mirror::Found;
use crate::bootstrap::mirror::package_files::Work;
use crate::bootstrap::recipe::Recipe;
use crate::bootstrap::{BuildError, mirror};
use crate::cli::output::progress::Stages;
use crate::sandbox::launch::Interrupts;
use crate::verify::environment::cache_root;

/// The recipe with its mirror resolved, and what must be held while it is pinned.
///
/// # Errors
/// The directory has nothing to build from.
pub(crate) fn resolved(
    recipe: Recipe,
    interrupts: &Interrupts,
    stages: &Stages,
) -> Result<(Recipe, Option<CacheEntry>), BuildError> {
    let Some(given) = recipe.mirror.as_deref() else {
        return Ok((recipe, None));
    };
    let Some(path) = mirror::directory(given)? else {
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
    } = mirror::find(&recipe, (given, &path), &cache, work)?;
    stage.finish(&format!("{given}   {what}"));
    let recipe = Recipe {
        mirror: Some(line),
        local_mirror: Some(mirror),
        ..recipe
    };
    Ok((recipe, entry))
}
