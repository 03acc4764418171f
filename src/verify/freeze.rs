//! Frozen archives: from the cache, or fetched.

use std::path::Path;

use crate::bootstrap;
use crate::bootstrap::cache::{Cache, CacheEntry, CacheSlot, Handling};
use crate::bootstrap::error::FailedBuild;
use crate::bootstrap::freeze::state::FrozenArchive;
use crate::bootstrap::freeze::{self, FetchSystem, FreezeRequest};
use crate::bootstrap::outside;
use crate::bootstrap::recipe::Recipe;
use crate::verify::error::Error;
use crate::verify::observer::{IsCached, Stage, StageResult};
use crate::verify::options::Subject;
use crate::verify::session::{Session, events_to};

/// A frozen archive, held against being replaced.
#[derive(Debug)]
pub(crate) struct Frozen {
    /// What is built of it.
    pub(crate) recipe: Recipe,
    /// The packages that its matching outside system has besides the recipe's.
    pub(crate) outside_packages: Vec<String>,
    /// Its place in the cache.
    pub(crate) entry: CacheEntry,
    /// Its description.
    pub(crate) archive: FrozenArchive,
}

/// Freezes archives for one subject.
pub(crate) struct Freezer<'a> {
    cache: Cache,
    subject: &'a Subject,
    session: Session<'a>,
}

impl<'a> Freezer<'a> {
    /// Opens the cache of frozen archives.
    ///
    /// # Errors
    /// It cannot be made or written.
    pub(crate) fn open(subject: &'a Subject, session: Session<'a>) -> Result<Self, Error> {
        let context = session.context(&subject.environment, &|_| {});
        let remove = |path: &Path| outside::remove_tree(path, context);
        let cache = Cache::open(&subject.environment.cache.join("states"), &remove)?;
        Ok(Self {
            cache,
            subject,
            session,
        })
    }

    /// The key of a frozen archive in the cache.
    fn key(&self, recipe: &Recipe, outside_packages: &[String]) -> String {
        let environment = &self.subject.environment;
        recipe.state_key(&format!(
            "{} {} {}",
            environment.mmdebstrap,
            environment.ids,
            outside_packages.join(" ")
        ))
    }

    /// The frozen archive of a recipe, with `outside_packages` for its outside system.
    ///
    /// # Errors
    /// The archive, the network or the machine.
    pub(crate) fn frozen(
        &self,
        stage: Stage,
        recipe: &Recipe,
        outside_packages: &[String],
        on: FetchSystem<'_>,
    ) -> Result<Frozen, Error> {
        let environment = &self.subject.environment;
        let key = self.key(recipe, outside_packages);
        let stage = self.session.observer.started(stage);
        let watch = events_to(&*stage);
        let context = self.session.context(environment, &watch);
        let remove = |path: &Path| outside::remove_tree(path, context);
        let handling = Handling {
            remove: &remove,
            damage: &|entry| freeze::state::read_sound(entry).err(),
            damaged: &|entry, damage| stage.damaged(entry, damage),
            waiting: &|| stage.waiting(Path::new(&key)),
            interrupts: self.session.interrupts,
        };
        let freshness = self.subject.freshness;
        let (entry, archive, cached) = match self.cache.slot(&key, freshness, handling)? {
            CacheSlot::Ready(entry) => {
                let archive = freeze::state::read(&entry.path)?;
                (entry, archive, IsCached::Cached)
            }
            CacheSlot::Vacant(writer) => {
                let request = FreezeRequest {
                    recipe,
                    outside_packages,
                    expired: self.subject.expired,
                    on,
                };
                match freeze::freeze(request, &writer, context) {
                    Ok(archive) => (writer.publish(&remove)?, archive, IsCached::Made),
                    Err(error) => {
                        writer.abandon(&remove)?;
                        return Err(explained(error, request).into());
                    }
                }
            }
        };
        stage.finished(StageResult::Frozen {
            recipe,
            archive: &archive,
            cached,
        });
        Ok(Frozen {
            recipe: recipe.clone(),
            outside_packages: outside_packages.to_vec(),
            entry,
            archive,
        })
    }
}

/// A directory of packages may well lack those that a matching outside needs.
fn explained(error: bootstrap::Error, request: FreezeRequest<'_>) -> bootstrap::Error {
    let is_of_outside = |failed: &FailedBuild| {
        let missing = failed.missing_package.as_ref();
        missing.is_some_and(|package| request.outside_packages.contains(package))
    };
    match error {
        bootstrap::Error::BuildFailed(failed)
            if request.recipe.local_mirror.is_some() && is_of_outside(&failed) =>
        {
            bootstrap::Error::MirrorLacksOutside {
                packages: request.outside_packages.to_vec(),
                failed,
            }
        }
        error => error,
    }
}
