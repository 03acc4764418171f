//! `--leak-check`: outsides that differ from the chroot on purpose, so that whatever a script
//! reads there shows in the tarball.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::bootstrap::build::{Built, discard, run};
use crate::bootstrap::cache::{Cache, CacheEntry, CacheSlot, Freshness};
use crate::bootstrap::context::Context;
use crate::bootstrap::error::Error as BuildError;
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::observe;
use crate::bootstrap::outside::altered::{altered, build_altered};
use crate::bootstrap::outside::{Choice, OUTSIDES, OutsideSystem, altered};
use crate::cli::output::progress::Stages;
use crate::report::convert::verification::On;
use crate::sandbox::launch::{Interrupts, SandboxError};
use crate::sandbox::plan::Plan;
use crate::trace::trace::Trace;
use crate::verify::environment::cache_root;
use crate::verify::matrix::Wanted;
use crate::verify::outside_system::{Place, choice, made_tree};
use crate::verify::prepare::Prepared;

/// What the kernel of a different outside says its name is.
const HOSTNAME: &str = "different";

/// One outside for the check.
#[derive(Debug)]
pub(crate) struct Different {
    /// A word for stages, files and the report, one of its own.
    label: &'static str,
    /// What it is, for the report.
    name: String,
    outside: OutsideSystem,
    /// Files that were altered; unknown where it is another suite's outside.
    altered: Option<BTreeSet<Vec<u8>>>,
    /// A build on it under observation.
    observed: Option<(Built, Trace)>,
    _entries: Vec<CacheEntry>,
}

impl Different {
    /// The plain chrootless build on it.
    pub(crate) fn wanted(&self, prepared: &Prepared) -> Wanted {
        let [_, way] = BuildMode::ORDINARY;
        Wanted {
            way,
            label: self.label,
            plan: self.plan(prepared),
        }
    }

    fn plan(&self, prepared: &Prepared) -> Plan {
        let [_, way] = BuildMode::ORDINARY;
        let mut plan = prepared.plan_on(&self.outside, way);
        plan.name = self.label.to_owned();
        plan.hostname = Some(HOSTNAME.to_owned());
        plan
    }

    /// Whether a build is one on this outside.
    pub(crate) fn is_of(&self, label: &str) -> bool {
        self.label == label
    }

    /// For the report.
    pub(crate) fn facts(&self) -> On<'_> {
        On {
            name: &self.name,
            outside: &self.outside,
            altered: self.altered.as_ref(),
            observed: self.observed.as_ref(),
        }
    }

    /// Builds on it once more under observation; why it cannot be had, if so.
    ///
    /// # Errors
    /// A signal.
    pub(crate) fn observe(
        &mut self,
        prepared: &Prepared,
        interrupts: &Interrupts,
        stages: &Stages,
    ) -> Result<Option<String>, BuildError> {
        if !self.outside.has(observe::PROGRAM) {
            return Ok(Some(format!("{}: its outside has no strace", self.label)));
        }
        let stage = stages.start("observe 3");
        let seen = observe::observe(self.plan(prepared), |plan| {
            run(plan, interrupts, discard, &|event| stage.watch(event))
        });
        match seen {
            Ok(seen) => {
                stage.finish(&format!("{} calls", seen.1.lines));
                self.observed = Some(seen);
                Ok(None)
            }
            Err(error @ BuildError::Sandbox(SandboxError::Interrupted)) => Err(error),
            Err(error) => Ok(Some(format!(
                "{} could not be observed: {error}",
                self.label
            ))),
        }
    }
}

/// Refuses an outside that cannot be copied, before any work is done.
///
/// # Errors
/// It is this machine, or a directory.
pub(crate) fn can_be_copied(outside: &str) -> Result<(), BuildError> {
    match choice(outside)? {
        Choice::Matching | Choice::Tarball(_) => Ok(()),
        Choice::Host | Choice::Directory(_) => Err(not_to_copy()),
    }
}

fn not_to_copy() -> BuildError {
    BuildError::OutsideNotCopied
}

/// The outsides that the check builds on: an altered copy of the ordinary one, and that of
/// another suite where the cache has one.
///
/// # Errors
/// There is nothing to copy, or it cannot be altered.
pub(crate) fn different_outsides(
    prepared: &Prepared,
    interrupts: &Interrupts,
    stages: &Stages,
) -> Result<Vec<Different>, BuildError> {
    let Some(ordinary) = prepared.outside_entry() else {
        return Err(not_to_copy());
    };
    let ids = prepared.outside.ids.clone();
    let stage = stages.start("leak-check");
    let context = Context {
        ids: &ids,
        interrupts,
        watch: &|event| stage.watch(event),
        proxies: &[],
    };
    let name = ordinary.path.file_name().unwrap_or_default();
    let place = Place {
        directory: ordinary.path.parent().unwrap_or(Path::new("/")).to_owned(),
        key: format!("{}-{}", name.to_string_lossy(), altered::version()),
    };
    let tree = ordinary.path.join("root");
    let make = |out: &Path, context: Context<'_>| build_altered(&tree, out, context);
    let made = made_tree(&place, &make, context, &stage)?;
    let altered = altered(&made.entry.path)?;
    stage.finish(&format!("{} files altered{}", altered.len(), made.as_str()));
    let mut found = vec![Different {
        label: "leak-check",
        name: "different".to_owned(),
        outside: OutsideSystem::of_tree(made.entry.path.join("root"), ids.clone()),
        altered: Some(altered),
        observed: None,
        _entries: vec![made.entry],
    }];
    found.extend(of_another_suite(prepared, context)?);
    Ok(found)
}

/// A matching outside of another suite, of the same ids; the first by name, those of the same
/// variant before others.
fn of_another_suite(
    prepared: &Prepared,
    context: Context<'_>,
) -> Result<Option<Different>, BuildError> {
    // Nothing is made here that would have to be removed again.
    let keep = |_: &Path| Ok(());
    let states = Cache::open(&cache_root()?.join("states"), &keep)?;
    let recipe = &prepared.recipe;
    let mut keys: Vec<_> = states
        .finished()?
        .into_iter()
        .filter_map(|key| {
            let (rest, _) = key.rsplit_once('-')?;
            let (suite, variant) = rest.rsplit_once('-')?;
            let (rank, suite) = (variant != recipe.variant, suite.to_owned());
            (suite != recipe.suite).then_some((rank, suite, key))
        })
        .collect();
    keys.sort();
    for (_, suite, key) in keys {
        let CacheSlot::Ready(state) = states.slot(&key, Freshness::Cached, &keep, &|| ())? else {
            continue;
        };
        let directory = state.path.join(OUTSIDES);
        let tree = directory.join("matching/root");
        let owner = std::fs::metadata(&tree).map(|metadata| metadata.uid());
        if owner.ok() != Some(context.ids.uid_base) {
            continue;
        }
        let outsides = Cache::open(&directory, &keep)?;
        let slot = outsides.slot("matching", Freshness::Cached, &keep, &|| ())?;
        if let CacheSlot::Ready(entry) = slot {
            return Ok(Some(Different {
                label: "other-suite",
                name: suite,
                outside: OutsideSystem::of_tree(tree, context.ids.clone()),
                altered: None,
                observed: None,
                _entries: vec![state, entry],
            }));
        }
    }
    Ok(None)
}
