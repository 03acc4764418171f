//! From MIRROR to one that mmdebstrap takes, where it is a directory of this machine.

use crate::bootstrap::cache::CacheEntry;
use crate::bootstrap::error::Error as BuildError;
use crate::bootstrap::mirror;
use crate::bootstrap::mirror::directory::{MirrorDirectory, directory};
use crate::bootstrap::mirror::work::{Work, WorkEvent, WorkStep};
use crate::bootstrap::mirror::{FoundMirror, MirrorContent};
use crate::bootstrap::recipe::Recipe;
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
    let Some(path) = directory(given)? else {
        return Ok((recipe, None));
    };
    let stage = stages.start("mirror");
    let work = Work {
        interrupts,
        watch: &|event| stage.say(&progress(event)),
    };
    let cache = cache_root()?.join("repositories");
    let from = MirrorDirectory { given, path: &path };
    let FoundMirror {
        line,
        mirror,
        content,
        entry,
    } = mirror::find(&recipe, from, &cache, work)?;
    stage.finish(&format!("{given}   {}", described(&content)));
    let recipe = Recipe {
        mirror: Some(line),
        local_mirror: Some(mirror),
        ..recipe
    };
    Ok((recipe, entry))
}

fn progress(event: WorkEvent) -> String {
    match event {
        WorkEvent::Waiting => "another twinroot is at it".to_owned(),
        WorkEvent::Files { done, step } => {
            let verb = match step {
                WorkStep::Read => "read",
                WorkStep::Inspect => "looked at",
                WorkStep::Copy => "copied",
            };
            format!("{done} package files {verb}")
        }
    }
}

fn described(content: &MirrorContent) -> String {
    match content {
        MirrorContent::Repository(suite) => suite.clone(),
        MirrorContent::PackageFiles { count, is_cached } => {
            let cached = if *is_cached { "   cached" } else { "" };
            format!("{count} package files{cached}")
        }
    }
}
