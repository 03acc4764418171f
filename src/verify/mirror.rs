//! From MIRROR to one that mmdebstrap takes, if it is a directory of this machine.

use crate::bootstrap::cache::CacheEntry;
use crate::bootstrap::mirror::directory::{MirrorDirectory, directory};
use crate::bootstrap::mirror::work::{Work, WorkEvent};
use crate::bootstrap::mirror::{self, FoundMirror};
use crate::bootstrap::recipe::Recipe;
use crate::verify::error::Error;
use crate::verify::observer::{Stage, StageResult};
use crate::verify::options::Subject;
use crate::verify::session::Session;

/// A recipe whose mirror is resolved.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// The recipe.
    pub(crate) recipe: Recipe,
    /// The repository that was made of a directory, held against being replaced.
    pub(crate) entry: Option<CacheEntry>,
}

/// Resolves the mirror of a recipe.
///
/// # Errors
/// The directory has nothing to build from.
pub(crate) fn resolved(
    recipe: Recipe,
    subject: &Subject,
    session: Session<'_>,
) -> Result<Resolved, Error> {
    let unchanged = |recipe| Resolved {
        recipe,
        entry: None,
    };
    let Some(given) = recipe.mirror.as_deref() else {
        return Ok(unchanged(recipe));
    };
    let Some(path) = directory(given)? else {
        return Ok(unchanged(recipe));
    };
    let stage = session.observer.started(Stage::Mirror);
    let cache = subject.environment.cache.join("repositories");
    let work = Work {
        interrupts: session.interrupts,
        watch: &|event| match event {
            WorkEvent::Waiting => stage.waiting(&cache),
            WorkEvent::Damaged { key, damage } => stage.damaged(&cache.join(key), &damage),
            WorkEvent::Files { done, step } => stage.files(done, step),
        },
    };
    let FoundMirror {
        line,
        mirror,
        content,
        entry,
    } = mirror::find(
        &recipe,
        MirrorDirectory { given, path: &path },
        &cache,
        work,
    )?;
    stage.finished(StageResult::Mirror {
        given,
        content: &content,
    });
    let recipe = Recipe {
        mirror: Some(line),
        local_mirror: Some(mirror),
        ..recipe
    };
    Ok(Resolved { recipe, entry })
}
