//! What twinroot takes from the machine and the environment that it runs in. Nothing else below
//! the command line reads environment variables.
#![expect(clippy::disallowed_methods, reason = "this is the one place")]

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use nix::unistd::{User, geteuid};

use crate::sandbox::idmap::{Caller, IdMap};
use crate::verify::error::Error;

/// The machine that builds run on, as far as it decides anything about them.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Debian architecture of the machine's own packages.
    pub architecture: String,
    /// What mmdebstrap calls its version.
    pub mmdebstrap: String,
    /// The ids that the user's sandboxes get.
    pub ids: IdMap,
    /// Directory of the cache.
    pub cache: PathBuf,
    /// Proxy variables for apt and its methods; only fetching is given them.
    pub proxies: Vec<(String, String)>,
}

impl Environment {
    /// Asks the machine.
    ///
    /// # Errors
    /// A program is missing, the user has no subordinate ids, or there is no place for a cache.
    pub fn of_machine() -> Result<Self, Error> {
        Ok(Self {
            architecture: native_architecture()?,
            mmdebstrap: output_of("mmdebstrap", &["--version"])?,
            ids: id_map()?,
            cache: cache_root()?,
            proxies: proxies(),
        })
    }
}

/// The architecture of this machine's packages.
pub(crate) fn native_architecture() -> Result<String, Error> {
    output_of("dpkg", &["--print-architecture"])
}

/// The ids that the user's sandboxes get.
pub(crate) fn id_map() -> Result<IdMap, Error> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let uid = geteuid();
    let user = User::from_uid(uid)
        .ok()
        .flatten()
        .map_or_else(|| uid.to_string(), |user| user.name);
    let caller = Caller {
        uid: uid.as_raw(),
        user: &user,
        subuid: &read("/etc/subuid"),
        subgid: &read("/etc/subgid"),
        max_user_namespaces: &read("/proc/sys/user/max_user_namespaces"),
        uid_map: &read("/proc/self/uid_map"),
    };
    Ok(IdMap::for_user(caller)?)
}

/// `$XDG_CACHE_HOME/twinroot`, or `~/.cache/twinroot` (XDG Base Directory Specification).
pub(crate) fn cache_root() -> Result<PathBuf, Error> {
    let absolute = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base =
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    base.map(|base| base.join("twinroot"))
        .ok_or(Error::NoCacheDirectory)
}

/// The proxy variables that apt and its methods know.
fn proxies() -> Vec<(String, String)> {
    ["http_proxy", "https_proxy", "no_proxy"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), env::var(name).ok()?)))
        .collect()
}

fn output_of(program: &'static str, arguments: &[&str]) -> Result<String, Error> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| Error::MissingProgram { program, error })?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The file that a program is run from, or `None` if no directory of `PATH` has it.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|directory| directory.join(name))
        .find(|path| path.is_file())
}
