//! The outside system: what chrootless scripts run on.

pub mod altered;
pub mod host;
pub mod view_plan;

use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::bootstrap::build::{discard, run};
use crate::bootstrap::cache::remove_entry;
use crate::bootstrap::command::mmdebstrap;
use crate::bootstrap::command::mmdebstrap::{Mode, OUT};
use crate::bootstrap::context::Context;
use crate::bootstrap::error::{Error, at, in_cache};
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::outside::host::{HostView, host_view};
use crate::bootstrap::outside::view_plan::host_plan;
use crate::bootstrap::recipe::Recipe;
use crate::debian::dpkg_database;
use crate::debian::dpkg_database::STATUS;
use crate::sandbox::idmap::IdMap;
use crate::sandbox::plan::{
    Access, AfterRun, Bind, Cover, Emulation, Layer, Network, Node, Plan, Rights, Tracing,
};

/// What a matching outside has in addition to the chroot's packages: mmdebstrap and what it runs.
pub const MORE_PACKAGES: [&str; 4] = ["mmdebstrap", "fakeroot", "gpg", "mount"];

/// All that a matching outside has in addition to the chroot's packages: what builds of these
/// modes run on it, and arch-test for a normal build of another architecture, because mmdebstrap
/// runs it to find out whether that is possible.
#[must_use]
pub fn more_packages(modes: &[BuildMode], recipe: &Recipe, native: &str) -> Vec<String> {
    let mut packages = MORE_PACKAGES.map(str::to_owned).to_vec();
    let mut add = |package: &str| {
        if !packages.iter().any(|other| other == package) {
            packages.push(package.to_owned());
        }
    };
    let programs = modes.iter().flat_map(|mode| mode.programs());
    programs.for_each(|program| add(program.package));
    if recipe.architecture != native {
        if modes.iter().any(|mode| mode.mode() == Mode::Normal) {
            add("arch-test");
        }
        // The other architecture is fetched from there.
        if recipe.has_https_mirror() {
            add("ca-certificates");
        }
    }
    packages
}

/// Directory in a frozen archive's entry for the outside systems that were made of it.
pub const OUTSIDES: &str = "outsides";

/// Which outside system builds run on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A chroot of the same suite and frozen state, with the same packages and mmdebstrap.
    Matching,
    /// This machine as it is.
    Host,
    /// A directory that holds a system.
    Directory(PathBuf),
    /// A tarball of a system.
    Tarball(PathBuf),
}

/// An outside system that is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideSystem {
    nodes: Vec<Node>,
    layers: Vec<Layer>,
    binds: Vec<Bind>,
    /// The ids that fit its files.
    pub ids: IdMap,
    root: PathBuf,
}

/// Versions of the programs that decide a build's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// Program and version, in alphabetical order.
    pub programs: Vec<(String, String)>,
}

impl OutsideSystem {
    /// A tree in the cache, made by a sandbox with these ids.
    #[must_use]
    pub fn of_tree(root: PathBuf, ids: IdMap) -> Self {
        let layers = vec![Layer {
            lower: root.clone(),
            target: "/".into(),
        }];
        Self {
            nodes: vec![],
            layers,
            binds: vec![],
            ids,
            root,
        }
    }

    /// This machine.
    ///
    /// # Errors
    /// Its tree cannot be read.
    pub fn of_host(ids: IdMap) -> Result<Self, Error> {
        let HostView {
            nodes,
            layers,
            binds,
        } = host_view()?;
        Ok(Self {
            nodes,
            layers,
            binds,
            ids,
            root: "/".into(),
        })
    }

    /// A plan that runs a command of mmdebstrap's on this outside, without network or audit, and
    /// behind an overlay. What is to be otherwise is set in the plan.
    #[must_use]
    pub fn plan(&self, name: &str, command: Vec<String>) -> Plan {
        Plan {
            name: name.to_owned(),
            ids: self.ids.clone(),
            nodes: self.nodes.clone(),
            layers: self.layers.clone(),
            cover: Cover::Overlay,
            binds: self.binds.clone(),
            network: Network::None,
            command,
            environment: mmdebstrap::environment(None),
            directory: "/".into(),
            hostname: None,
            emulation: Emulation::Machine,
            after: AfterRun::Forget,
            tracing: Tracing::Off,
            rights: Rights::Mounting,
        }
    }

    /// The content of a file as it was before any build, by its absolute path. Symbolic links are
    /// followed; an absolute one starts from the root of the tree.
    #[must_use]
    pub fn file(&self, path: &[u8]) -> Option<Vec<u8>> {
        use std::os::unix::ffi::OsStrExt as _;
        let mut path = PathBuf::from(std::ffi::OsStr::from_bytes(path));
        for _ in 0..8 {
            let inside = self.root.join(path.strip_prefix("/").ok()?);
            match fs::read_link(&inside) {
                Ok(target) => path = path.parent()?.join(target),
                Err(_) => {
                    return fs::metadata(&inside)
                        .ok()?
                        .is_file()
                        .then(|| fs::read(&inside).ok())?;
                }
            }
        }
        None
    }

    /// Whether there is anything at an absolute path.
    #[must_use]
    pub fn has_path(&self, path: &[u8]) -> bool {
        use std::os::unix::ffi::OsStrExt as _;
        let path = Path::new(std::ffi::OsStr::from_bytes(path));
        let inside = path.strip_prefix("/").unwrap_or(path);
        fs::symlink_metadata(self.root.join(inside)).is_ok()
    }

    /// Its packages and their versions, by its own dpkg database; none if it has no such
    /// database.
    #[must_use]
    pub fn packages(&self) -> BTreeMap<String, String> {
        dpkg_database::versions(&self.status())
    }

    fn status(&self) -> Vec<u8> {
        fs::read(self.root.join(STATUS)).unwrap_or_default()
    }

    /// Whether it has a program, given by its path without the leading slash.
    #[must_use]
    pub fn has(&self, program: &str) -> bool {
        self.root.join(program).exists()
    }

    /// Versions of the programs that decide a build's bytes, by its own dpkg database; none if it
    /// has no such database.
    #[must_use]
    pub fn versions(&self) -> Versions {
        let wanted = ["apt", "dpkg", "mmdebstrap", "tar"];
        let mut programs: Vec<_> = dpkg_database::packages(&self.status())
            .into_iter()
            .filter(|package| package.is_installed && wanted.contains(&package.name.as_str()))
            .map(|package| (package.name, package.version))
            .collect();
        programs.sort();
        programs.dedup();
        Versions { programs }
    }
}

/// What a matching outside is made of.
#[derive(Debug, Clone, Copy)]
pub struct MatchingSource<'a> {
    /// The chroot that it matches.
    pub recipe: &'a Recipe,
    /// Packages that it has besides the chroot's.
    pub more: &'a [String],
    /// The frozen archive's entry in the cache.
    pub state: &'a Path,
}

/// Builds the matching outside of a frozen archive, into `out/root`.
///
/// # Errors
/// The build fails.
pub fn build_matching(
    source: MatchingSource<'_>,
    out: &Path,
    context: Context<'_>,
) -> Result<(), Error> {
    let MatchingSource {
        recipe,
        more,
        state,
    } = source;
    let command = mmdebstrap::build_tree(recipe, more);
    let mut plan = host_plan("outside", command, out, context.ids)?;
    let (lists, pool) = (state.join("lists"), state.join("pool"));
    plan.binds
        .extend(mmdebstrap::binds(recipe, Some(&lists), Some(&pool)));
    run(&plan, context.interrupts, discard, context.watch).map(|_| ())
}

/// Unpacks a tarball into `out/root`, with tar(1), which knows every compression.
///
/// # Errors
/// It is no tarball.
pub fn unpack(tarball: &Path, out: &Path, context: Context<'_>) -> Result<(), Error> {
    File::open(tarball).map_err(at(tarball, "open"))?;
    let source = "/tmp/twinroot/outside.tar";
    let script = format!(
        "mkdir {OUT}/root && tar --extract --file={source} --directory={OUT}/root --numeric-owner \
         --xattrs --xattrs-include='*' --exclude='./dev/*'"
    );
    let command = ["sh", "-c", &script].map(str::to_owned).to_vec();
    let mut plan = host_plan("outside", command, out, context.ids)?;
    plan.binds.push(Bind {
        source: tarball.to_owned(),
        target: source.into(),
        access: Access::ReadOnly,
    });
    run(&plan, context.interrupts, discard, context.watch).map(|_| ())
}

/// Removes a tree in the cache that may hold files of a sandbox's users.
///
/// # Errors
/// A file or directory cannot be removed.
pub fn remove_tree(path: &Path, context: Context<'_>) -> Result<(), Error> {
    match remove_entry(path) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
        other => return other.map_err(in_cache(path, "remove")),
    }
    // A directory that sandboxes fill is writable for them; what they made in it is theirs.
    for directory in filled_directories(path) {
        let script = format!("rm -rf {OUT}/root");
        let command = ["sh", "-c", &script].map(str::to_owned).to_vec();
        // The signal that ended the build must not keep its rest from being removed.
        let interrupts = crate::sandbox::launch::Interrupts::default();
        run(
            &host_plan("remove", command, &directory, context.ids)?,
            &interrupts,
            discard,
            context.watch,
        )?;
    }
    fs::remove_dir_all(path).map_err(in_cache(path, "remove"))
}

/// The entry itself, and the outsides of an archive state's entry.
fn filled_directories(entry: &Path) -> Vec<PathBuf> {
    let outsides = fs::read_dir(entry.join(OUTSIDES)).into_iter().flatten();
    let outsides = outsides.filter_map(|outside| Some(outside.ok()?.path()));
    let all = std::iter::once(entry.to_owned()).chain(outsides);
    all.filter(|directory| directory.join("root").is_dir())
        .collect()
}
