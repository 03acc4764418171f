//! Pins one archive state: indices and packages, fetched once, verified by apt.
//!
//! A frozen state is a cache entry `lists/ pool/ state.json`, and `outside/` once a
//! matching outside was made of it.

pub mod indices;
pub(crate) mod local_debs;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::bootstrap::build::{discard, run};
use crate::bootstrap::cache::{CacheWriter, make_open_directory};
use crate::bootstrap::command::mmdebstrap;
use crate::bootstrap::command::mmdebstrap::{Expired, OUT};
use crate::bootstrap::mirror::MIRROR;
use crate::bootstrap::outside::OutsideSystem;
use crate::bootstrap::outside::host::{HostView, host_view};
use crate::bootstrap::recipe::Recipe;
use crate::bootstrap::{BuildError, at};
use crate::sandbox::idmap::IdMap;
use crate::sandbox::launch::Interrupts;
use crate::sandbox::plan::{Access, AfterRun, Bind, Cover, Emulation, Network, Plan};
use crate::text::hex::hex;

/// What `state.json` says of a frozen state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenArchive {
    /// The suite's Release date, in seconds since the epoch.
    pub release_date: Option<i64>,
    /// Digest of all indices and packages.
    pub sha256: String,
    /// SHA-256 of each package file by its name in the pool.
    pub packages: BTreeMap<String, String>,
    /// Bytes of all packages.
    pub bytes: u64,
}

/// What every sandbox of a run has in common.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds a closure")]
pub struct Context<'a> {
    /// The ids of the machine that a sandbox gets.
    pub ids: &'a IdMap,
    /// Signals.
    pub interrupts: &'a Interrupts,
    /// Given the last line of a running transcript.
    pub watch: &'a (dyn Fn(&str) + Sync),
    /// `http_proxy` and its like, which pinning alone is given.
    pub proxies: &'a [(String, String)],
}

/// Where fetching runs. It installs what it fetches, so that it needs a system that can.
///
/// Chrootless, it knows no emulators either: it would do what the build then cannot.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// On this machine's programs, the normal way: its processor runs the packages.
    Machine,
    /// On this machine as the outside, chrootless: its processor does not run the packages. With
    /// the outside's ids, so that what the build may write while it is watched is written here too.
    MachineForeign(&'a OutsideSystem),
    /// On an outside, chrootless.
    OutsideSystem(&'a OutsideSystem),
}

impl Place<'_> {
    /// mmdebstrap's mode.
    fn mode(self) -> &'static str {
        match self {
            Self::Machine => "root",
            Self::MachineForeign(_) | Self::OutsideSystem(_) => "chrootless",
        }
    }

    fn plan(
        self,
        command: Vec<String>,
        out: &Path,
        context: Context<'_>,
    ) -> Result<Plan, BuildError> {
        let (outside, resolver) = match self {
            Self::Machine => return host_plan("pin", command, out, context.ids),
            Self::MachineForeign(outside) => (outside, None),
            Self::OutsideSystem(outside) => (outside, fs::canonicalize(RESOLVER).ok()),
        };
        let mut binds = vec![output(out)];
        binds.extend(resolver.map(|source| Bind {
            source,
            target: RESOLVER.into(),
            access: Access::ReadOnly,
        }));
        let cover = (Cover::Overlay, AfterRun::Forget);
        let mut plan = outside.plan("pin", command, None, binds, cover);
        plan.emulation = Emulation::None;
        Ok(plan)
    }
}

/// How names of machines are found.
const RESOLVER: &str = "/etc/resolv.conf";

/// Fetches everything into `making`'s directory; `more` is what the outside needs besides.
///
/// # Errors
/// The archive, the network or the machine.
pub fn pin(
    (recipe, more): (&Recipe, &[String]),
    expired: Expired,
    place: Place<'_>,
    making: &CacheWriter,
    context: Context<'_>,
) -> Result<FrozenArchive, BuildError> {
    let (lists, pool) = (making.partial.join("lists"), making.partial.join("pool"));
    make_open_directory(&lists)?;
    make_open_directory(&pool)?;
    let command = mmdebstrap::fetch_indices(recipe, place.mode(), expired);
    fetch(
        (command, place),
        mmdebstrap::binds(recipe, None, None),
        &lists,
        recipe,
        context,
    )?;
    substitute(recipe, &lists, &pool)?;
    let command = mmdebstrap::fetch_packages(recipe, place.mode(), more);
    fetch(
        (command, place),
        mmdebstrap::binds(recipe, Some(&lists), Some(&pool)),
        &pool,
        recipe,
        context,
    )?;
    let state = describe(recipe, &lists, &pool)?;
    let path = making.partial.join("state.json");
    let text =
        serde_json::to_vec_pretty(&state).map_err(|error| at(&path, "write")(error.into()))?;
    fs::write(&path, text).map_err(at(&path, "write"))?;
    Ok(state)
}

/// Reads a finished state.
///
/// # Errors
/// The entry is not one of ours.
pub fn read_state(entry: &Path) -> Result<FrozenArchive, BuildError> {
    let path = entry.join("state.json");
    let text = fs::read(&path).map_err(at(&path, "read"))?;
    serde_json::from_slice(&text).map_err(|error| at(&path, "read")(error.into()))
}

/// A plan on the machine's own tree with the machine's programs, every change of which is forgotten.
///
/// # Errors
/// The machine's tree cannot be read.
pub fn host_plan(
    name: &str,
    command: Vec<String>,
    out: &Path,
    ids: &IdMap,
) -> Result<Plan, BuildError> {
    let HostView {
        nodes,
        layers,
        mut binds,
    } = host_view()?;
    binds.push(output(out));
    Ok(Plan {
        name: name.to_owned(),
        ids: ids.clone(),
        nodes,
        layers,
        cover: machine_cover(),
        binds,
        network: Network::None,
        command,
        environment: mmdebstrap::environment(None),
        directory: "/".into(),
        hostname: None,
        emulation: Emulation::Machine,
        after: AfterRun::Forget,
    })
}

/// What keeps the machine from being written to while something is fetched or made: nothing of it
/// is written to on purpose, so that a place without overlayfs can do with a read-only view.
fn machine_cover() -> Cover {
    let table = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    cover_by(&table)
}

/// By the kernel's list of file systems (proc_filesystems(5)).
fn cover_by(filesystems: &str) -> Cover {
    let mut names = filesystems
        .lines()
        .filter_map(|line| line.split('\t').nth(1));
    if names.any(|name| name == "overlay") {
        Cover::Overlay
    } else {
        Cover::ReadOnly
    }
}

/// Where a sandbox leaves what it makes.
fn output(out: &Path) -> Bind {
    Bind {
        source: out.to_owned(),
        target: OUT.into(),
        access: Access::Writable,
    }
}

fn fetch(
    (command, place): (Vec<String>, Place<'_>),
    binds: Vec<Bind>,
    out: &Path,
    recipe: &Recipe,
    context: Context<'_>,
) -> Result<(), BuildError> {
    let mut plan = place.plan(command, out, context)?;
    plan.network = Network::Machine;
    plan.environment.extend(context.proxies.iter().cloned());
    plan.binds.extend(binds);
    plan.binds.extend(seen_while_fetching(recipe));
    run(&plan, context.interrupts, discard, context.watch).map(|_| ())
}

/// What fetching needs of the directories that a sandbox has of its own: mirrors that are
/// directories, and the name resolver's.
fn seen_while_fetching(recipe: &Recipe) -> Vec<Bind> {
    let hidden = ["/tmp", "/run"];
    let mut paths: Vec<PathBuf> = recipe.local_mirrors();
    paths.retain(|path| path != Path::new(MIRROR));
    paths.retain(|path| hidden.iter().any(|hidden| path.starts_with(hidden)) && path.exists());
    if let Ok(resolv) = fs::canonicalize(RESOLVER)
        && resolv.starts_with("/run")
    {
        paths.push(resolv);
    }
    let read_only = |source: PathBuf, target: PathBuf| Bind {
        source,
        target,
        access: Access::ReadOnly,
    };
    let local = recipe.local_mirror.iter();
    let local = local.map(|local| read_only(local.repository.clone(), MIRROR.into()));
    let same = paths.into_iter().map(|path| read_only(path.clone(), path));
    same.chain(local).collect()
}

/// Puts the local packages into the frozen indices and the pool.
///
/// The archive's own versions leave the indices, so that a local package wins whatever
/// its version is; and no line of sources.list or preferences tells of it in the tarball.
fn substitute(recipe: &Recipe, lists: &Path, pool: &Path) -> Result<(), BuildError> {
    if recipe.debs.is_empty() {
        return Ok(());
    }
    let indices = package_indices(lists)?;
    let Some(target) = index_of_suite(recipe, lists, &indices)? else {
        return Err(BuildError::Recipe {
            what: "--deb".to_owned(),
            why: "the archive has no package index to put it into".to_owned(),
            hint: None,
        });
    };
    for path in indices {
        let text = fs::read_to_string(&path).map_err(at(&path, "read"))?;
        let mut text = indices::without(&text, &recipe.debs);
        if path == target {
            text.push_str(&indices::stanzas_of(&recipe.debs));
        }
        // The file is the sandbox's, the directory ours: replace it.
        let new = path.with_extension("new");
        fs::write(&new, text).map_err(at(&new, "write"))?;
        fs::rename(&new, &path).map_err(at(&path, "replace"))?;
    }
    for deb in &recipe.debs {
        let target = pool.join(deb.archive_name());
        fs::copy(&deb.path, &target).map_err(at(&target, "copy"))?;
    }
    Ok(())
}

/// The index that local packages go to: the first of the suite's own.
///
/// mmdebstrap takes the Essential set from archives of the suite's name alone, so a package
/// in the index of its security updates would be left out.
fn index_of_suite(
    recipe: &Recipe,
    lists: &Path,
    indices: &[PathBuf],
) -> Result<Option<PathBuf>, BuildError> {
    for release in files(lists)? {
        let name = release.to_string_lossy().into_owned();
        let stem = ["_InRelease", "_Release"]
            .iter()
            .find_map(|ending| name.strip_suffix(ending));
        let Some(stem) = stem else { continue };
        let text = fs::read_to_string(&release).map_err(at(&release, "read"))?;
        let own = |path: &&PathBuf| {
            let name = path.to_string_lossy();
            name.strip_prefix(stem)
                .is_some_and(|rest| rest.starts_with('_'))
        };
        if indices::is_release_of(&text, &recipe.suite)
            && let Some(found) = indices.iter().find(own)
        {
            return Ok(Some(found.clone()));
        }
    }
    Ok(indices.first().cloned())
}

fn files(directory: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let entries = fs::read_dir(directory).map_err(at(directory, "read"))?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    Ok(paths)
}

fn package_indices(lists: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let mut paths = files(lists)?;
    paths.retain(|path| path.to_string_lossy().ends_with("_Packages"));
    Ok(paths)
}

fn describe(recipe: &Recipe, lists: &Path, pool: &Path) -> Result<FrozenArchive, BuildError> {
    let mut digest = Sha256::new();
    for path in files(lists)? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        digest.update(format!("{name} {}\n", local_debs::digest(&path)?.1));
    }
    let mut known = indices::Digests::new();
    for path in package_indices(lists)? {
        let text = fs::read_to_string(&path).map_err(at(&path, "read"))?;
        known.extend(indices::digests(&text));
    }
    let mut packages = BTreeMap::new();
    let mut bytes = 0;
    for path in files(pool)? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (size, sha256) = local_debs::digest(&path)?;
        if known.get(&name).is_some_and(|known| *known != sha256) {
            return Err(BuildError::Recipe {
                what: name,
                why: format!("its SHA-256 is {sha256}, the index has another"),
                hint: None,
            });
        }
        bytes += size;
        digest.update(format!("{name} {sha256}\n"));
        packages.insert(name, sha256);
    }
    let release_date = newest_release(recipe, lists)?;
    Ok(FrozenArchive {
        release_date,
        sha256: hex(&digest.finalize()),
        packages,
        bytes,
    })
}

/// The date of the suite's own Release file; the newest of all where none carries its name.
fn newest_release(recipe: &Recipe, lists: &Path) -> Result<Option<i64>, BuildError> {
    let (mut own, mut any) = (None, None);
    for path in files(lists)? {
        if !path.to_string_lossy().ends_with("Release") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(at(&path, "read"))?;
        let date = indices::release_date(&text);
        any = any.max(date);
        if indices::is_release_of(&text, &recipe.suite) {
            own = own.max(date);
        }
    }
    Ok(own.or(any))
}
