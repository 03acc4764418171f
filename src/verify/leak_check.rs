//! Outside systems that differ from the chroot on purpose, so that whatever a script reads there
//! shows in the tarball.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::bootstrap::cache::{Cache, CacheEntry};
use crate::bootstrap::context::Context;
use crate::bootstrap::freeze::state::{self, FrozenArchive};
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::outside::altered::{altered, build_altered, version};
use crate::bootstrap::outside::{Choice, OUTSIDES, OutsideSystem};
use crate::bootstrap::recipe::Recipe;
use crate::bootstrap::seal::{self, Depth};
use crate::sandbox::plan::Plan;
use crate::verify::environment::Environment;
use crate::verify::error::Error;
use crate::verify::observer::{Stage, StageResult};
use crate::verify::options::{LeakCheck, Options};
use crate::verify::outside_system::{TreePlace, made_tree};
use crate::verify::prepared::Prepared;
use crate::verify::session::Session;

/// What the kernel of an altered outside system calls the machine.
pub(crate) const HOST_NAME: &str = "different-by-kernel";

/// One outside system of the check.
#[derive(Debug)]
pub struct AlteredSystem {
    /// Its name in stages, files and the report.
    pub(crate) label: &'static str,
    /// What it is: `different`, or the suite that it is of.
    pub(crate) name: String,
    /// The system.
    pub(crate) outside: OutsideSystem,
    /// Absolute paths of the files that were altered; unknown if it is another suite's.
    pub(crate) altered: Option<BTreeSet<Vec<u8>>>,
    /// Keeps others from replacing it.
    _locks: Vec<CacheEntry>,
}

impl AlteredSystem {
    /// How is built on it: the plain chrootless way.
    pub(crate) fn mode(&self) -> BuildMode {
        let [_, chrootless] = BuildMode::ORDINARY;
        chrootless
    }

    /// The plan of a build on it.
    pub(crate) fn plan(&self, prepared: &Prepared) -> Plan {
        let mut plan = prepared.plan_on(&self.outside, self.mode());
        plan.name = self.label.to_owned();
        plan.hostname = Some(HOST_NAME.to_owned());
        plan
    }
}

/// Refuses an outside system that cannot be copied, before any work is done.
///
/// # Errors
/// It is this machine, or a directory.
pub fn can_be_copied(choice: &Choice) -> Result<(), Error> {
    match choice {
        Choice::Matching | Choice::Tarball(_) => Ok(()),
        Choice::Host | Choice::Directory(_) => Err(Error::OutsideNotCopyable),
    }
}

/// The outside systems that the check builds on, if it is asked for: an altered copy of the
/// ordinary one, and that of another suite if the cache has one.
///
/// # Errors
/// There is nothing to copy, or it cannot be altered.
pub(crate) fn altered_systems(
    options: &Options,
    prepared: &Prepared,
    session: Session<'_>,
) -> Result<Vec<AlteredSystem>, Error> {
    let environment = &options.subject.environment;
    match options.leak_check {
        LeakCheck::Off => return Ok(Vec::new()),
        LeakCheck::On => {}
    }
    let Some(ordinary) = &prepared.outside_tree else {
        return Err(Error::OutsideNotCopyable);
    };
    let stage = session.observer.started(Stage::Alter);
    let name = ordinary.file_name().unwrap_or_default();
    let place = TreePlace {
        directory: ordinary.parent().unwrap_or(Path::new("/")).to_owned(),
        key: format!("{}-{}", name.to_string_lossy(), version()),
    };
    let tree = ordinary.join("root");
    let make = |out: &Path, context: Context<'_>| build_altered(&tree, out, context);
    let made = made_tree(&place, &make, environment, session, &*stage)?;
    let altered = altered(&made.entry.path)?;
    stage.finished(StageResult::Altered(altered.len(), made.cached));
    let mut found = vec![AlteredSystem {
        label: "leak-check",
        name: "different".to_owned(),
        outside: made.system(environment),
        altered: Some(altered),
        _locks: vec![made.entry],
    }];
    found.extend(of_another_suite(prepared, environment, session)?);
    Ok(found)
}

/// A matching outside system of another suite, with the same ids: the first by name, those of the
/// same variant before others.
fn of_another_suite(
    prepared: &Prepared,
    environment: &Environment,
    session: Session<'_>,
) -> Result<Option<AlteredSystem>, Error> {
    // Nothing is made here that would have to be removed again.
    let keep = |_: &Path| Ok(());
    let states = Cache::open(&environment.cache.join("states"), &keep)?;
    for key in keys_of_others(&states, &prepared.recipe)? {
        let Some(frozen) = states.finished_entry(&key, session.interrupts)? else {
            continue;
        };
        let suite = state::read(&frozen.path)?.suite;
        let directory = frozen.path.join(OUTSIDES);
        let tree = directory.join("matching/root");
        let owner = std::fs::metadata(&tree).map(|metadata| metadata.uid());
        if owner.ok() != Some(environment.ids.uid_base) {
            continue;
        }
        let outsides = Cache::open(&directory, &keep)?;
        let entry = outsides.finished_entry("matching", session.interrupts)?;
        // One that is damaged is made again by a run on its own suite.
        let is_sound = |entry: &CacheEntry| seal::check(&entry.path, Depth::Times).is_ok();
        if let Some(entry) = entry.filter(is_sound) {
            return Ok(Some(AlteredSystem {
                label: "other-suite",
                name: suite,
                outside: OutsideSystem::of_tree(tree, environment.ids.clone()),
                altered: None,
                _locks: vec![frozen, entry],
            }));
        }
    }
    Ok(None)
}

/// Keys of the frozen archives of other suites: those of the same variant first, then by suite.
fn keys_of_others(states: &Cache, recipe: &Recipe) -> Result<Vec<String>, Error> {
    let mut others: Vec<(FrozenArchive, String)> = states
        .finished()?
        .into_iter()
        // One without a description is another version's.
        .filter_map(|key| Some((state::read(&states.path(&key)).ok()?, key)))
        .filter(|(archive, _)| archive.suite != recipe.suite)
        .collect();
    others.sort_by_key(|(archive, key)| {
        let is_other_variant = archive.variant != recipe.variant;
        (is_other_variant, archive.suite.clone(), key.clone())
    });
    Ok(others.into_iter().map(|(_, key)| key).collect())
}
