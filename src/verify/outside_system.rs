//! From a choice to an outside system that is ready.

use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use crate::bootstrap;
use crate::bootstrap::cache::{Cache, CacheEntry, CacheSlot, Freshness, Handling};
use crate::bootstrap::context::Context;
use crate::bootstrap::file_digest::digest;
use crate::bootstrap::outside::{self, Choice, MatchingSource, OUTSIDES, OutsideSystem};
use crate::bootstrap::seal::{self, Depth};
use crate::verify::environment::Environment;
use crate::verify::error::Error;
use crate::verify::freeze::Frozen;
use crate::verify::observer::{IsCached, Stage, StageObserver, StageResult};
use crate::verify::session::{Session, events_to};

/// What the words `matching` and `host`, or a path, stand for.
///
/// # Errors
/// A path that cannot be opened.
pub fn choice(text: &str) -> Result<Choice, Error> {
    let path = match text {
        "matching" => return Ok(Choice::Matching),
        "host" => return Ok(Choice::Host),
        other => Path::new(other),
    };
    let path = path.canonicalize().map_err(|error| Error::Outside {
        path: path.to_owned(),
        error,
    })?;
    Ok(if path.is_dir() {
        Choice::Directory(path)
    } else {
        Choice::Tarball(path)
    })
}

/// An outside system, and its place in the cache if it is there.
#[derive(Debug)]
pub(crate) struct ReadyOutside {
    /// The system.
    pub(crate) system: OutsideSystem,
    /// `root` in it is the tree.
    pub(crate) entry: Option<CacheEntry>,
}

/// The outside system that was chosen, made if need be: a matching one of a frozen archive.
///
/// # Errors
/// It cannot be made.
pub(crate) fn ready(
    choice: &Choice,
    frozen: Option<&Frozen>,
    environment: &Environment,
    session: Session<'_>,
) -> Result<ReadyOutside, Error> {
    let ids_of_machine = || environment.ids.for_machine(geteuid().as_raw());
    let stage = session.observer.started(Stage::Outside);
    match choice {
        Choice::Host => {
            stage.finished(StageResult::OutsideIsMachine);
            Ok(ReadyOutside {
                system: OutsideSystem::of_host(ids_of_machine())?,
                entry: None,
            })
        }
        Choice::Directory(path) => {
            stage.finished(StageResult::OutsideIsDirectory(path));
            Ok(ReadyOutside {
                system: OutsideSystem::of_tree(path.clone(), ids_of_machine()),
                entry: None,
            })
        }
        Choice::Matching => {
            let frozen = frozen.ok_or(Error::NothingToMatch)?;
            matching(frozen, environment, session, &*stage)
        }
        Choice::Tarball(path) => unpacked(path, environment, session, &*stage),
    }
}

fn matching(
    frozen: &Frozen,
    environment: &Environment,
    session: Session<'_>,
    stage: &dyn StageObserver,
) -> Result<ReadyOutside, Error> {
    let Frozen { recipe, entry, .. } = frozen;
    let place = TreePlace {
        directory: entry.path.join(OUTSIDES),
        key: "matching".to_owned(),
    };
    let make = |out: &Path, context: Context<'_>| {
        let source = MatchingSource {
            recipe,
            more: &frozen.outside_packages,
            state: &entry.path,
        };
        outside::build_matching(source, out, context)
    };
    let made = made_tree(&place, &make, environment, session, stage)?;
    let system = made.system(environment);
    let versions = system.versions().programs;
    let mut programs = versions.iter();
    let mmdebstrap = programs.find(|(name, _)| name == "mmdebstrap");
    stage.finished(StageResult::OutsideMatches {
        recipe,
        mmdebstrap: mmdebstrap.map(|(_, version)| version.as_str()),
        cached: made.cached,
    });
    Ok(ReadyOutside {
        system,
        entry: Some(made.entry),
    })
}

fn unpacked(
    tarball: &Path,
    environment: &Environment,
    session: Session<'_>,
    stage: &dyn StageObserver,
) -> Result<ReadyOutside, Error> {
    let sha256 = digest(tarball)?.sha256;
    let place = TreePlace {
        directory: environment.cache.join("tarballs"),
        key: format!("{sha256}-{}", environment.ids.uid_base),
    };
    let make = |out: &Path, context: Context<'_>| outside::unpack(tarball, out, context);
    let made = made_tree(&place, &make, environment, session, stage)?;
    stage.finished(StageResult::OutsideIsTarball(tarball, made.cached));
    Ok(ReadyOutside {
        system: made.system(environment),
        entry: Some(made.entry),
    })
}

/// Where the cache has a tree.
pub(crate) struct TreePlace {
    /// The directory of the cache.
    pub(crate) directory: PathBuf,
    /// The key in it.
    pub(crate) key: String,
}

/// A tree in the cache.
pub(crate) struct MadeTree {
    /// Its place.
    pub(crate) entry: CacheEntry,
    /// Whether it was there already.
    pub(crate) cached: IsCached,
}

impl MadeTree {
    /// The tree as an outside system.
    pub(crate) fn system(&self, environment: &Environment) -> OutsideSystem {
        OutsideSystem::of_tree(self.entry.path.join("root"), environment.ids.clone())
    }
}

/// Fills a directory with a tree.
pub(crate) type MakeTree<'a> = &'a dyn Fn(&Path, Context<'_>) -> Result<(), bootstrap::Error>;

/// A tree from the cache, made first if need be.
///
/// # Errors
/// It cannot be made.
pub(crate) fn made_tree(
    place: &TreePlace,
    make: MakeTree<'_>,
    environment: &Environment,
    session: Session<'_>,
    stage: &dyn StageObserver,
) -> Result<MadeTree, Error> {
    let watch = events_to(stage);
    let context = session.context(environment, &watch);
    let remove = |path: &Path| outside::remove_tree(path, context);
    let cache = Cache::open(&place.directory, &remove)?;
    let handling = Handling {
        remove: &remove,
        damage: &|entry| seal::check(entry, Depth::Times).err(),
        damaged: &|entry, damage| stage.damaged(entry, damage),
        waiting: &|| stage.waiting(&place.directory.join(&place.key)),
        interrupts: session.interrupts,
    };
    match cache.slot(&place.key, Freshness::Cached, handling)? {
        CacheSlot::Ready(entry) => Ok(MadeTree {
            entry,
            cached: IsCached::Cached,
        }),
        CacheSlot::Vacant(writer) => match make(&writer.partial, context)
            .and_then(|()| seal::seal(&writer.partial, session.interrupts))
        {
            Ok(()) => Ok(MadeTree {
                entry: writer.publish(&remove)?,
                cached: IsCached::Made,
            }),
            Err(error) => {
                writer.abandon(&remove)?;
                Err(error.into())
            }
        },
    }
}
