//! Freezes one state of an archive: indices and packages, fetched once and verified by apt.
//!
//! A frozen archive is an entry of the cache: `lists/ pool/ state.json seal`, and `outsides/` once
//! a matching outside was made of it.

pub(crate) mod deb_control;
pub(crate) mod describe;
pub mod indices;
pub(crate) mod lists;
pub mod local_debs;
pub mod state;
pub(crate) mod substitute;

use std::fs;
use std::path::{Path, PathBuf};

use crate::bootstrap::build::{discard, run};
use crate::bootstrap::cache::{CacheWriter, make_open_directory};
use crate::bootstrap::command::mmdebstrap;
use crate::bootstrap::command::mmdebstrap::Expired;
use crate::bootstrap::context::Context;
use crate::bootstrap::error::Error;
use crate::bootstrap::freeze::describe::describe;
use crate::bootstrap::freeze::state::FrozenArchive;
use crate::bootstrap::freeze::substitute::substitute;
use crate::bootstrap::local_mirror::MIRROR;
use crate::bootstrap::outside::OutsideSystem;
use crate::bootstrap::outside::view_plan::{host_plan, output};
use crate::bootstrap::recipe::Recipe;
use crate::bootstrap::seal::seal;
use crate::sandbox::plan::{Access, AfterRun, Bind, Cover, Emulation, Network, Plan};

/// What is to be frozen.
#[derive(Debug, Clone, Copy)]
pub struct FreezeRequest<'a> {
    /// The chroot whose indices and packages are fetched.
    pub recipe: &'a Recipe,
    /// Packages that the outside needs besides.
    pub outside_packages: &'a [String],
    /// Whether expired Release files are accepted.
    pub expired: Expired,
    /// The system that fetching runs on.
    pub on: FetchSystem<'a>,
}

/// The system that fetching runs on. It installs what it fetches, so that it needs a system
/// that can.
///
/// Chrootless, it knows no emulators either: it would do what the build then cannot.
#[derive(Debug, Clone, Copy)]
pub enum FetchSystem<'a> {
    /// This machine, the normal way: its processor runs the packages.
    Machine,
    /// This machine as the outside, chrootless: its processor does not run the packages. It has
    /// the outside's ids, so that the build can write the same files while it is watched.
    MachineForeign(&'a OutsideSystem),
    /// Another outside, chrootless.
    OutsideSystem(&'a OutsideSystem),
}

impl FetchSystem<'_> {
    /// mmdebstrap's mode.
    fn mode(self) -> &'static str {
        match self {
            Self::Machine => "root",
            Self::MachineForeign(_) | Self::OutsideSystem(_) => "chrootless",
        }
    }

    fn plan(self, command: Vec<String>, out: &Path, context: Context<'_>) -> Result<Plan, Error> {
        let (outside, resolver) = match self {
            Self::Machine => return host_plan(STAGE, command, out, context.ids),
            Self::MachineForeign(outside) => (outside, None),
            Self::OutsideSystem(outside) => (outside, fs::canonicalize(RESOLVER).ok()),
        };
        let mut plan = outside.plan(STAGE, command);
        plan.cover = Cover::Overlay;
        plan.after = AfterRun::Forget;
        plan.binds.push(output(out));
        plan.binds
            .extend(resolver.map(|source| read_only(source, RESOLVER.into())));
        plan.emulation = Emulation::None;
        Ok(plan)
    }
}

/// Name of the plans that fetch.
const STAGE: &str = "freeze";

/// How names of machines are found.
const RESOLVER: &str = "/etc/resolv.conf";

/// Fetches everything into the directory of an entry that is being made.
///
/// # Errors
/// The archive, the network or the machine.
pub fn freeze(
    request: FreezeRequest<'_>,
    entry: &CacheWriter<'_>,
    context: Context<'_>,
) -> Result<FrozenArchive, Error> {
    let FreezeRequest { recipe, on, .. } = request;
    let (lists, pool) = (entry.partial.join("lists"), entry.partial.join("pool"));
    make_open_directory(&lists)?;
    make_open_directory(&pool)?;
    let command = mmdebstrap::fetch_indices(recipe, on.mode(), request.expired);
    let mut plan = on.plan(command, &lists, context)?;
    plan.binds.extend(mmdebstrap::binds(recipe, None, None));
    fetch(plan, recipe, context)?;
    substitute(recipe, &lists, &pool)?;
    let command = mmdebstrap::fetch_packages(recipe, on.mode(), request.outside_packages);
    let mut plan = on.plan(command, &pool, context)?;
    plan.binds
        .extend(mmdebstrap::binds(recipe, Some(&lists), Some(&pool)));
    fetch(plan, recipe, context)?;
    let state = describe(recipe, &lists, &pool)?;
    state::write(&entry.partial, &state)?;
    seal(&entry.partial, context.interrupts)?;
    Ok(state)
}

/// Runs a plan that has the network.
fn fetch(mut plan: Plan, recipe: &Recipe, context: Context<'_>) -> Result<(), Error> {
    plan.network = Network::Machine;
    plan.environment.extend(context.proxies.iter().cloned());
    plan.binds.extend(binds_of_fetching(recipe));
    run(&plan, context.interrupts, discard, context.watch).map(|_| ())
}

/// What fetching needs of the directories that a sandbox has of its own: mirrors that are
/// directories, and the name resolver's.
fn binds_of_fetching(recipe: &Recipe) -> Vec<Bind> {
    let hidden = ["/tmp", "/run"];
    let mut paths: Vec<PathBuf> = recipe.local_mirrors();
    paths.retain(|path| path != Path::new(MIRROR));
    paths.retain(|path| hidden.iter().any(|hidden| path.starts_with(hidden)) && path.exists());
    if let Ok(resolv) = fs::canonicalize(RESOLVER)
        && resolv.starts_with("/run")
    {
        paths.push(resolv);
    }
    let local = recipe.local_mirror.iter();
    let local = local.map(|local| read_only(local.repository.clone(), MIRROR.into()));
    let same = paths.into_iter().map(|path| read_only(path.clone(), path));
    same.chain(local).collect()
}

fn read_only(source: PathBuf, target: PathBuf) -> Bind {
    Bind {
        source,
        target,
        access: Access::ReadOnly,
    }
}
