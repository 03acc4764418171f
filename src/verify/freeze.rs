//! Frozen archive states: from the cache, or pinned anew.

use std::path::Path;

use crate::bootstrap::cache::{Cache, CacheEntry, CacheSlot, Freshness};
use crate::bootstrap::command::mmdebstrap::Expired;
use crate::bootstrap::freeze::{Context, FrozenArchive, Place};
use crate::bootstrap::recipe::Recipe;
use crate::bootstrap::{BuildError, freeze, outside};
use crate::cli::args::recipe::RecipeArgs;
use crate::cli::output::progress::Stages;
use crate::tar::time::Timestamp;
use crate::verify::environment::mmdebstrap_version;

/// A frozen state, held against being replaced.
pub(crate) struct Pinned {
    pub(crate) entry: CacheEntry,
    pub(crate) state: FrozenArchive,
}

/// What pinning takes, whatever is pinned.
pub(crate) struct Pinning<'a> {
    pub(crate) states: Cache,
    pub(crate) args: &'a RecipeArgs,
    pub(crate) context: Context<'a>,
    pub(crate) stages: &'a Stages,
}

impl Pinning<'_> {
    /// A recipe's state, from the cache or pinned anew.
    ///
    /// # Errors
    /// The archive, the network or the machine.
    pub(crate) fn pinned(
        &self,
        name: &'static str,
        recipe: &Recipe,
        more: &[String],
        place: Place<'_>,
    ) -> Result<Pinned, BuildError> {
        let ids = self.context.ids;
        let maker = format!("{} {ids} {}", mmdebstrap_version()?, more.join(" "));
        let key = recipe.state_key(&maker);
        let freshness = if self.args.refresh {
            Freshness::New
        } else {
            Freshness::Cached
        };
        let expired = if self.args.allow_expired {
            Expired::Allow
        } else {
            Expired::Refuse
        };
        let stage = self.stages.start(name);
        let watch = |line: &str| stage.say(line);
        let context = Context {
            watch: &watch,
            ..self.context
        };
        let remove = |path: &Path| outside::remove_tree(path, context);
        let waiting = || stage.say("another twinroot is at it");
        let (pinned, is_cached) = match self.states.slot(&key, freshness, &remove, &waiting)? {
            CacheSlot::Ready(entry) => {
                let state = freeze::read_state(&entry.path)?;
                (Pinned { entry, state }, true)
            }
            CacheSlot::Vacant(making) => {
                match freeze::pin((recipe, more), expired, place, &making, context) {
                    Ok(state) => {
                        let entry = making.publish(&remove)?;
                        (Pinned { entry, state }, false)
                    }
                    Err(error) => {
                        making.abandon(&remove)?;
                        return Err(hinted(error, recipe, more));
                    }
                }
            }
        };
        stage.finish(&pin_line(recipe, &pinned.state, is_cached));
        Ok(pinned)
    }
}

/// A directory of packages may well lack those of a matching outside.
fn hinted(error: BuildError, recipe: &Recipe, more: &[String]) -> BuildError {
    let is_outsides = |message: &str| more.iter().any(|package| message.ends_with(package));
    match error {
        BuildError::Failed {
            stage,
            message,
            tail,
            transcript,
            ..
        } if recipe.local_mirror.is_some() && is_outsides(&message) => BuildError::Failed {
            hint: Some(format!(
                "a matching outside needs {} too, from the same directory; or give --outside host",
                more.join(", ")
            )),
            stage,
            message,
            tail,
            transcript,
        },
        error => error,
    }
}

fn pin_line(recipe: &Recipe, state: &FrozenArchive, is_cached: bool) -> String {
    let date = state
        .release_date
        .map(|date| format!(", {}", Timestamp::from_pax(date.to_string().as_bytes())))
        .unwrap_or_default();
    format!(
        "{} {}{date}   {} packages, {} MiB{}",
        recipe.suite,
        recipe.architecture,
        state.packages.len(),
        state.bytes.div_ceil(1 << 20),
        if is_cached { "   cached" } else { "" }
    )
}
