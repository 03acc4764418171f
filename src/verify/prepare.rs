//! From options to a frozen archive and an outside system that is ready: what every run does
//! before it builds.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::bootstrap;
use crate::bootstrap::command::technique::SUBORDINATE_IDS;
use crate::bootstrap::emulation;
use crate::bootstrap::error::at;
use crate::bootstrap::freeze::state::FrozenArchive;
use crate::bootstrap::freeze::{FetchSystem, local_debs};
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::outside::{self, Choice, OutsideSystem};
use crate::bootstrap::recipe::Recipe;
use crate::verify::epoch::{EpochSource, GivenEpoch};
use crate::verify::error::Error;
use crate::verify::freeze::{Freezer, Frozen};
use crate::verify::mirror;
use crate::verify::observer::Stage;
use crate::verify::options::Subject;
use crate::verify::outside_system::{ReadyOutside, ready};
use crate::verify::prepared::{Prepared, Snapshot};
use crate::verify::session::Session;

/// Freezes the archive and makes the outside system, or takes both from the cache, for builds of
/// these modes.
///
/// # Errors
/// The first thing that cannot be done.
pub(crate) fn prepare(
    subject: &Subject,
    modes: &[BuildMode],
    session: Session<'_>,
) -> Result<Prepared, Error> {
    let mirror = mirror::resolved(recipe(subject)?, subject, session)?;
    if subject.needs_emulator(modes) {
        let registered = emulation::registered();
        let (own, target) = (
            &subject.environment.architecture,
            &mirror.recipe.architecture,
        );
        emulation::needed(own, target, &registered)?;
    }
    let more = match subject.outside {
        Choice::Matching => {
            outside::more_packages(modes, &mirror.recipe, &subject.environment.architecture)
        }
        Choice::Host | Choice::Directory(_) | Choice::Tarball(_) => vec![],
    };
    let base = if subject.is_foreign() {
        foreign_base(subject, &mirror.recipe, &more, session)?
    } else {
        native_base(subject, &mirror.recipe, &more, session)?
    };
    has_programs(&base.outside.system, modes)?;
    let Base {
        frozen,
        outside,
        mut locks,
    } = base;
    let snapshot = Snapshot {
        lists: frozen.entry.path.join("lists"),
        pool: frozen.entry.path.join("pool"),
        subordinate_ids: subordinate_ids(&subject.environment.cache)?,
    };
    let outside_tree = outside.entry.as_ref().map(|entry| entry.path.clone());
    locks.extend(mirror.entry.into_iter().chain(outside.entry));
    locks.push(frozen.entry);
    Ok(Prepared {
        recipe: mirror.recipe,
        epoch: epoch(subject.epoch, &frozen.archive, now())?,
        archive: frozen.archive,
        snapshot,
        outside: outside.system,
        outside_tree,
        audit: subject.audit,
        foreign_to: subject
            .is_foreign()
            .then(|| subject.environment.architecture.clone()),
        passed_over: None,
        locks,
    })
}

/// What builds stand on.
struct Base {
    frozen: Frozen,
    outside: ReadyOutside,
    /// Other entries of the cache that must stay.
    locks: Vec<crate::bootstrap::cache::CacheEntry>,
}

/// The archive is frozen on this machine, and the outside system is made of it.
fn native_base(
    subject: &Subject,
    recipe: &Recipe,
    more: &[String],
    session: Session<'_>,
) -> Result<Base, Error> {
    let freezer = Freezer::open(subject, session)?;
    let frozen = freezer.frozen(Stage::Freeze, recipe, more, FetchSystem::Machine)?;
    let outside = ready(
        &subject.outside,
        Some(&frozen),
        &subject.environment,
        session,
    )?;
    Ok(Base {
        frozen,
        outside,
        locks: Vec::new(),
    })
}

/// The outside system is of this machine's architecture, and the archive of the other one is
/// frozen from there.
fn foreign_base(
    subject: &Subject,
    recipe: &Recipe,
    more: &[String],
    session: Session<'_>,
) -> Result<Base, Error> {
    let freezer = Freezer::open(subject, session)?;
    let (native, mut locks) = (&subject.environment.architecture, Vec::new());
    let own = match subject.outside {
        Choice::Matching => {
            let own = recipe.for_outside(native, subject.outside_mirror.as_deref());
            let mirror = mirror::resolved(own, subject, session)?;
            let frozen = freezer.frozen(
                Stage::FreezeOutside,
                &mirror.recipe,
                more,
                FetchSystem::Machine,
            )?;
            locks.extend(mirror.entry);
            Some(frozen)
        }
        Choice::Host | Choice::Directory(_) | Choice::Tarball(_) => None,
    };
    let outside = ready(
        &subject.outside,
        own.as_ref(),
        &subject.environment,
        session,
    )?;
    let place = match subject.outside {
        Choice::Host => FetchSystem::MachineForeign(&outside.system),
        Choice::Matching | Choice::Directory(_) | Choice::Tarball(_) => {
            FetchSystem::OutsideSystem(&outside.system)
        }
    };
    let frozen = freezer.frozen(Stage::Freeze, recipe, &[], place)?;
    locks.extend(own.map(|frozen| frozen.entry));
    Ok(Base {
        frozen,
        outside,
        locks,
    })
}

/// Checks that the outside system has what the modes run on it.
fn has_programs(outside: &OutsideSystem, modes: &[BuildMode]) -> Result<(), Error> {
    let missing = modes.iter().find_map(|mode| {
        let mut programs = mode.programs().iter();
        Some((mode, programs.find(|program| !outside.has(program.path))?))
    });
    match missing {
        None => Ok(()),
        Some((mode, program)) => Err(Error::OutsideLacksProgram {
            mode: *mode,
            path: program.path,
            package: program.package,
        }),
    }
}

/// The file with what `/etc/subuid` says to a build that needs it.
fn subordinate_ids(cache: &Path) -> Result<PathBuf, bootstrap::Error> {
    let path = cache.join("subordinate-ids");
    if fs::read_to_string(&path).is_ok_and(|text| text == SUBORDINATE_IDS) {
        return Ok(path);
    }
    // Another run may be writing it, or use it already.
    let new = tempfile::NamedTempFile::new_in(cache).map_err(at(cache, "make a file in"))?;
    fs::write(new.path(), SUBORDINATE_IDS).map_err(at(new.path(), "write"))?;
    fs::set_permissions(new.path(), PermissionsExt::from_mode(0o644))
        .map_err(at(new.path(), "open to all"))?;
    let persisted = new.persist(&path);
    persisted.map_err(|error| at(&path, "write")(error.error))?;
    Ok(path)
}

/// The recipe of a subject: files that it names are read, and a mirror that cannot be frozen is
/// refused.
fn recipe(subject: &Subject) -> Result<Recipe, Error> {
    let keyrings = subject
        .keyrings
        .iter()
        .map(|path| path.canonicalize().map_err(at(path, "open")));
    let debs = subject.debs.iter().map(|path| local_debs::read(path));
    let recipe = Recipe {
        suite: subject.suite.clone(),
        mirror: subject.mirror.clone(),
        local_mirror: None,
        variant: subject.variant.clone(),
        include: subject.include.clone(),
        aptopts: subject.aptopts.clone(),
        keyrings: keyrings.collect::<Result<_, _>>()?,
        extra_repos: subject.extra_repos.clone(),
        debs: debs.collect::<Result<_, _>>()?,
        architecture: subject.target_architecture().to_owned(),
    };
    match recipe.file_mirror() {
        Some(mirror) => Err(Error::FileMirror {
            mirror: mirror.to_owned(),
        }),
        None => Ok(recipe),
    }
}

/// Seconds since 1970 by the clock.
fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

/// The epoch of all builds. mmdebstrap clamps times to it, which does nothing to one that is
/// later than the clock: what is written now would keep its own time.
fn epoch(given: Option<GivenEpoch>, archive: &FrozenArchive, now: u64) -> Result<i64, Error> {
    let of_release = || {
        archive.release_date.map(|seconds| GivenEpoch {
            seconds,
            source: EpochSource::Release,
        })
    };
    let GivenEpoch { seconds, source } = given.or_else(of_release).ok_or(Error::NoEpoch)?;
    match u64::try_from(seconds) {
        Ok(unsigned) if unsigned <= now => Ok(seconds),
        Ok(_) | Err(_) => Err(Error::EpochOutOfRange {
            from: source,
            seconds,
            now,
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn archive(release_date: Option<i64>) -> FrozenArchive {
        FrozenArchive {
            suite: "trixie".to_owned(),
            variant: "essential".to_owned(),
            release_date,
            sha256: String::new(),
            packages: BTreeMap::new(),
            bytes: 0,
        }
    }

    #[test]
    fn the_epoch_is_the_given_one_or_the_date_of_the_release_and_never_later_than_the_clock() {
        let given = |seconds| {
            Some(GivenEpoch {
                seconds,
                source: EpochSource::Argument,
            })
        };
        let of = |given, release| epoch(given, &archive(release), 100).map_err(|e| e.to_string());
        assert_eq!(of(given(7), Some(50)), Ok(7));
        assert_eq!(of(None, Some(50)), Ok(50));
        assert_eq!(
            of(None, None),
            Err("SOURCE_DATE_EPOCH: it is not set, and no Release file has a date".to_owned())
        );
        assert_eq!(
            of(given(-1), None),
            Err("source date epoch: -1 is not between 0 and now, 100".to_owned())
        );
        assert_eq!(
            of(None, Some(101)),
            Err("the Release date: 101 is not between 0 and now, 100".to_owned())
        );
    }
}
