//! From the command line to a pinned state and a ready outside; what `verify` and
//! `build` do before they build.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::audit::method::Method;
use crate::bootstrap::cache::{Cache, CacheEntry};
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::command::{mmdebstrap, technique};
use crate::bootstrap::freeze::{Context, FrozenArchive, Place};
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::outside::{Choice, OutsideSystem};
use crate::bootstrap::recipe::{LocalDeb, Recipe};
use crate::bootstrap::{BuildError, at, emulation, outside};
use crate::cli::args::epoch;
use crate::cli::args::recipe::RecipeArgs;
use crate::cli::output::progress::Stages;
use crate::sandbox::launch::Interrupts;
use crate::sandbox::plan::{Access, AfterRun, Bind, Emulation, Plan};
use crate::verify::environment::{cache_root, id_map, native_architecture, proxies};
use crate::verify::freeze::Pinning;
use crate::verify::mirror;
use crate::verify::outside_system::{Origin, choice, ready_outside};

/// Everything that all builds share.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// What is built.
    pub(crate) recipe: Recipe,
    /// The frozen state's description.
    pub(crate) state: FrozenArchive,
    /// `SOURCE_DATE_EPOCH`.
    pub(crate) epoch: i64,
    /// What the builds run on.
    pub(crate) outside: OutsideSystem,
    /// How the outside is watched.
    pub(crate) audit: Method,
    /// The machine's architecture, where it is another than the chroot's.
    pub(crate) foreign_to: Option<String>,
    /// A file with the subordinate ids of the user without privileges.
    subordinate_ids: PathBuf,
    entry: CacheEntry,
    /// The outside's own entry, where the cache has it.
    outside_entry: Option<CacheEntry>,
    /// The frozen state that an outside of another architecture was made of.
    _outside_state: Option<CacheEntry>,
}

impl Prepared {
    /// Where the cache has the outside: `root` in it is the tree.
    pub(crate) fn outside_entry(&self) -> Option<&CacheEntry> {
        self.outside_entry.as_ref()
    }

    /// The plan of one build; a chrootless one is watched.
    pub(crate) fn plan(&self, way: BuildMode) -> Plan {
        self.plan_on(&self.outside, way)
    }

    /// The same on another outside.
    pub(crate) fn plan_on(&self, outside: &OutsideSystem, way: BuildMode) -> Plan {
        let mode = way.mode();
        let after = match mode {
            Mode::Normal => AfterRun::Forget,
            Mode::Chrootless => self.audit.after(),
        };
        let (lists, pool) = (self.entry.path.join("lists"), self.entry.path.join("pool"));
        let mut binds = mmdebstrap::binds(&self.recipe, Some(&lists), Some(&pool));
        if way.needs_subordinate_ids() {
            binds.extend(["/etc/subuid", "/etc/subgid"].map(|target| Bind {
                source: self.subordinate_ids.clone(),
                target: target.into(),
                access: Access::ReadOnly,
            }));
        }
        let mut plan = outside.plan(
            way.label(),
            technique::command(&self.recipe, way),
            Some(self.epoch),
            binds,
            (self.audit.cover(), after),
        );
        if self.foreign_to.is_some() && mode == Mode::Chrootless {
            plan.emulation = Emulation::None;
        }
        plan
    }
}

/// Pins and makes the outside, or takes both from the cache, for builds of these ways.
///
/// # Errors
/// The first thing that cannot be done.
pub(crate) fn prepare(
    (suite, mirror): (&str, Option<&str>),
    args: &RecipeArgs,
    ways: &[BuildMode],
    interrupts: &Interrupts,
    stages: &Stages,
) -> Result<Prepared, BuildError> {
    let native = native_architecture()?;
    let recipe = recipe(suite, mirror, args, &native)?;
    let (recipe, _repository) = mirror::resolved(recipe, interrupts, stages)?;
    let is_foreign = recipe.architecture != native;
    if is_foreign && ways.iter().any(|way| way.mode() == Mode::Normal) {
        emulator(&native, &recipe.architecture)?;
    }
    let choice = choice(&args.outside)?;
    let ids = id_map()?;
    let proxies = proxies();
    let quiet = |_: &str| {};
    let context = Context {
        ids: &ids,
        interrupts,
        watch: &quiet,
        proxies: &proxies,
    };
    let root = cache_root()?;
    let pinning = Pinning {
        states: Cache::open(&root.join("states"), &|path| {
            outside::remove_tree(path, context)
        })?,
        args,
        context,
        stages,
    };
    let more = match choice {
        Choice::Matching => outside::more_packages(ways, &recipe, &native),
        Choice::Host | Choice::Directory(_) | Choice::Tarball(_) => vec![],
    };
    let ready = |origin| ready_outside(choice.clone(), origin, &root, context, stages);
    let (pinned, outside, outside_entry, outside_state) = if is_foreign {
        // The outside is of this machine's architecture, and what pins the other one.
        let own = match choice {
            Choice::Matching => {
                let recipe = recipe.for_outside(&native, args.outside_mirror.as_deref());
                let (recipe, _repository) = mirror::resolved(recipe, interrupts, stages)?;
                let pinned = pinning.pinned("pin outside", &recipe, &more, Place::Machine)?;
                Some((recipe, pinned))
            }
            Choice::Host | Choice::Directory(_) | Choice::Tarball(_) => None,
        };
        let origin = own.as_ref().map(|(recipe, pinned)| Origin {
            recipe,
            more: &more,
            entry: &pinned.entry,
        });
        let (outside, outside_entry) = ready(origin)?;
        let place = match choice {
            Choice::Host => Place::MachineForeign(&outside),
            Choice::Matching | Choice::Directory(_) | Choice::Tarball(_) => {
                Place::OutsideSystem(&outside)
            }
        };
        let pinned = pinning.pinned("pin", &recipe, &[], place)?;
        let own = own.map(|(_, pinned)| pinned.entry);
        (pinned, outside, outside_entry, own)
    } else {
        let pinned = pinning.pinned("pin", &recipe, &more, Place::Machine)?;
        let origin = Origin {
            recipe: &recipe,
            more: &more,
            entry: &pinned.entry,
        };
        let (outside, entry) = ready(Some(origin))?;
        (pinned, outside, entry, None)
    };
    has_programs(&outside, ways)?;
    let epoch = pinned_epoch(args.source_date_epoch, &pinned.state)?;
    Ok(Prepared {
        recipe,
        state: pinned.state,
        epoch,
        outside,
        audit: args.audit,
        foreign_to: is_foreign.then_some(native),
        subordinate_ids: subordinate_ids(&root)?,
        entry: pinned.entry,
        outside_entry,
        _outside_state: outside_state,
    })
}

/// Whether the outside has what the ways run there.
fn has_programs(outside: &OutsideSystem, ways: &[BuildMode]) -> Result<(), BuildError> {
    let lacking = ways.iter().find_map(|way| {
        let mut programs = way.programs().iter();
        Some((way, programs.find(|program| !outside.has(program.path))?))
    });
    let Some((way, program)) = lacking else {
        return Ok(());
    };
    let option = match way.mode() {
        Mode::Normal => "--mode-reference",
        Mode::Chrootless => "--technique",
    };
    Err(BuildError::Recipe {
        what: format!("{option} {}", way.technique()),
        why: format!("the outside has no /{}", program.path),
        hint: Some(format!(
            "install {} there, or use --outside matching",
            program.package
        )),
    })
}

/// The file with what `/etc/subuid` says to a build that needs it.
fn subordinate_ids(root: &Path) -> Result<PathBuf, BuildError> {
    let path = root.join("subordinate-ids");
    if fs::read_to_string(&path).is_ok_and(|text| text == technique::SUBORDINATE_IDS) {
        return Ok(path);
    }
    // Another run may be at it, or use it already.
    let new = tempfile::NamedTempFile::new_in(root).map_err(at(root, "make a file in"))?;
    fs::write(new.path(), technique::SUBORDINATE_IDS).map_err(at(new.path(), "write"))?;
    fs::set_permissions(new.path(), PermissionsExt::from_mode(0o644))
        .map_err(at(new.path(), "open to all"))?;
    let persisted = new.persist(&path);
    persisted.map_err(|error| at(&path, "write")(error.error))?;
    Ok(path)
}

/// What runs the chroot's programs on this machine, for a normal build.
fn emulator(native: &str, architecture: &str) -> Result<(), BuildError> {
    emulation::needed(native, architecture, &emulation::registered()).map_err(|lack| {
        BuildError::Recipe {
            what: format!("--arch {architecture}"),
            why: lack.to_string(),
            hint: Some(lack.mend()),
        }
    })
}

fn recipe(
    suite: &str,
    mirror: Option<&str>,
    args: &RecipeArgs,
    native: &str,
) -> Result<Recipe, BuildError> {
    let keyrings = args
        .keyring
        .iter()
        .map(|path| path.canonicalize().map_err(at(path, "open")));
    let recipe = Recipe {
        suite: suite.to_owned(),
        mirror: mirror.map(str::to_owned),
        local_mirror: None,
        variant: args.variant.as_str().to_owned(),
        include: args.include.clone(),
        aptopts: args.aptopt.clone(),
        keyrings: keyrings.collect::<Result<_, _>>()?,
        extra_repos: args.extra_repo.clone(),
        debs: args
            .deb
            .iter()
            .map(|path| LocalDeb::read(path))
            .collect::<Result<_, _>>()?,
        architecture: args.arch.clone().unwrap_or_else(|| native.to_owned()),
    };
    if let Some(mirror) = recipe.file_mirror() {
        return Err(BuildError::Recipe {
            what: mirror.to_owned(),
            why: "apt installs from file: in place, so it can't be frozen".to_owned(),
            hint: Some(format!(
                "write it copy:{}",
                mirror.trim_start_matches("file:")
            )),
        });
    }
    Ok(recipe)
}

/// The epoch of both builds. One later than the clock breaks mmdebstrap's clamping:
/// what is written now would keep its own time.
fn pinned_epoch(option: Option<i64>, state: &FrozenArchive) -> Result<i64, BuildError> {
    let refused = |what: &str, why: String| BuildError::Recipe {
        what: what.to_owned(),
        why,
        hint: None,
    };
    let environment = epoch::from_environment().map_err(|error| BuildError::Recipe {
        what: epoch::NAME.to_owned(),
        why: error.why(),
        hint: None,
    })?;
    let (source, epoch) = match (option, environment) {
        (Some(epoch), _) => ("--source-date-epoch", epoch),
        (None, Some(epoch)) => ("SOURCE_DATE_EPOCH", epoch),
        (None, None) => {
            let date = state.release_date.ok_or_else(|| BuildError::Recipe {
                what: "SOURCE_DATE_EPOCH".to_owned(),
                why: "it is not set, and no Release file has a date".to_owned(),
                hint: Some("give --source-date-epoch SECONDS".to_owned()),
            })?;
            ("the Release date", date)
        }
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.as_secs());
    if epoch < 0 || u64::try_from(epoch).is_ok_and(|epoch| epoch > now) {
        return Err(refused(
            source,
            format!("{epoch} is not between 0 and now, {now}"),
        ));
    }
    Ok(epoch)
}
