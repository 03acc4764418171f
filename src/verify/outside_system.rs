//! From `--outside` to an outside that is ready.

use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use crate::bootstrap::build::BuildEvent;
use crate::bootstrap::cache::{Cache, CacheEntry, CacheSlot, Freshness};
use crate::bootstrap::context::Context;
use crate::bootstrap::error::Error as BuildError;
use crate::bootstrap::file_digest::digest;
use crate::bootstrap::outside;
use crate::bootstrap::outside::{Choice, MatchingSource, OUTSIDES, OutsideSystem};
use crate::bootstrap::recipe::Recipe;
use crate::cli::output::progress::{Stage, Stages};

/// What `--outside` stands for.
///
/// # Errors
/// A path that is not there.
pub(crate) fn choice(text: &str) -> Result<Choice, BuildError> {
    let path = match text {
        "matching" => return Ok(Choice::Matching),
        "host" => return Ok(Choice::Host),
        other => Path::new(other),
    };
    let path = path
        .canonicalize()
        .map_err(|error| BuildError::OutsideNotFound {
            given: text.to_owned(),
            error,
        })?;
    Ok(if path.is_dir() {
        Choice::Directory(path)
    } else {
        Choice::Tarball(path)
    })
}

/// Where a matching outside comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'a> {
    /// What is built.
    pub(crate) recipe: &'a Recipe,
    /// Further packages.
    pub(crate) more: &'a [String],
    /// The frozen state.
    pub(crate) entry: &'a CacheEntry,
}

/// The outside that was chosen, made if need be; `root` is the cache's. A matching one needs an
/// origin.
///
/// # Errors
/// It cannot be made.
pub(crate) fn ready_outside(
    choice: Choice,
    origin: Option<Origin<'_>>,
    root: &Path,
    context: Context<'_>,
    stages: &Stages,
) -> Result<(OutsideSystem, Option<CacheEntry>), BuildError> {
    let ids = context.ids;
    let ids_of_machine = || ids.for_machine(geteuid().is_root());
    let stage = stages.start("outside");
    match choice {
        Choice::Host => {
            stage.finish("this machine");
            Ok((OutsideSystem::of_host(ids_of_machine())?, None))
        }
        Choice::Directory(path) => {
            stage.finish(&path.to_string_lossy());
            Ok((OutsideSystem::of_tree(path, ids_of_machine()), None))
        }
        Choice::Matching => {
            let Some(Origin {
                recipe,
                more,
                entry,
            }) = origin
            else {
                return Err(BuildError::NothingToMatch);
            };
            let place = Place {
                directory: entry.path.join(OUTSIDES),
                key: "matching".to_owned(),
            };
            let make = |out: &Path, context: Context<'_>| {
                let source = MatchingSource {
                    recipe,
                    more,
                    state: &entry.path,
                };
                outside::build_matching(source, out, context)
            };
            let made = made_tree(&place, &make, context, &stage)?;
            let outside = OutsideSystem::of_tree(made.entry.path.join("root"), ids.clone());
            let versions = outside.versions().programs;
            let version = versions
                .iter()
                .find(|(name, _)| name == "mmdebstrap")
                .map(|(_, version)| version.as_str());
            let name = format!(
                "{} {} + mmdebstrap {}",
                recipe.suite,
                recipe.architecture,
                version.unwrap_or("?")
            );
            stage.finish(&format!("{name}{}", made.as_str()));
            Ok((outside, Some(made.entry)))
        }
        Choice::Tarball(path) => {
            let sha256 = digest(&path)?.sha256;
            let place = Place {
                directory: root.join("tarballs"),
                key: format!("{sha256}-{}", ids.uid_base),
            };
            let make = |out: &Path, context: Context<'_>| outside::unpack(&path, out, context);
            let made = made_tree(&place, &make, context, &stage)?;
            stage.finish(&format!("{}{}", path.to_string_lossy(), made.as_str()));
            Ok((
                OutsideSystem::of_tree(made.entry.path.join("root"), ids.clone()),
                Some(made.entry),
            ))
        }
    }
}

/// Where the cache has a tree.
pub(crate) struct Place {
    pub(crate) directory: PathBuf,
    pub(crate) key: String,
}

/// A tree in the cache.
pub(crate) struct Made {
    pub(crate) entry: CacheEntry,
    is_cached: bool,
}

impl Made {
    /// For the line of a stage.
    pub(crate) fn as_str(&self) -> &'static str {
        if self.is_cached { "   cached" } else { "" }
    }
}

/// A tree from the cache, made first if need be.
///
/// # Errors
/// It cannot be made.
pub(crate) fn made_tree(
    place: &Place,
    make: &dyn Fn(&Path, Context<'_>) -> Result<(), BuildError>,
    context: Context<'_>,
    stage: &Stage,
) -> Result<Made, BuildError> {
    let remove = |path: &Path| outside::remove_tree(path, context);
    let watch = |event: BuildEvent<'_>| stage.watch(event);
    let cache = Cache::open(&place.directory, &remove)?;
    let waiting = || stage.say("another twinroot is at it");
    match cache.slot(&place.key, Freshness::Cached, &remove, &waiting)? {
        CacheSlot::Ready(entry) => Ok(Made {
            entry,
            is_cached: true,
        }),
        CacheSlot::Vacant(making) => match make(
            &making.partial,
            Context {
                watch: &watch,
                ..context
            },
        ) {
            Ok(()) => Ok(Made {
                entry: making.publish(&remove)?,
                is_cached: false,
            }),
            Err(error) => {
                making.abandon(&remove)?;
                Err(error)
            }
        },
    }
}
