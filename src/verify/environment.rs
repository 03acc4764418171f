//! What twinroot takes from the machine and the environment that it runs in.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use nix::unistd::{User, geteuid};

use crate::bootstrap::error::Error as BuildError;
use crate::sandbox::idmap::{Caller, IdMap};

/// The ids that the user's sandboxes get.
///
/// # Errors
/// The user has no subordinate ids.
pub(crate) fn id_map() -> Result<IdMap, BuildError> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let uid = geteuid();
    let user = User::from_uid(uid)
        .ok()
        .flatten()
        .map_or_else(|| uid.to_string(), |user| user.name);
    let (subuid, subgid, uid_map) = (
        read("/etc/subuid"),
        read("/etc/subgid"),
        read("/proc/self/uid_map"),
    );
    let max_user_namespaces = read("/proc/sys/user/max_user_namespaces");
    let asker = Caller {
        uid: uid.as_raw(),
        user: &user,
        subuid: &subuid,
        subgid: &subgid,
        max_user_namespaces: &max_user_namespaces,
        uid_map: &uid_map,
    };
    Ok(IdMap::for_user(asker)?)
}

/// `$XDG_CACHE_HOME/twinroot`, or `~/.cache/twinroot` (XDG Base Directory Specification).
///
/// # Errors
/// Neither variable is set.
pub(crate) fn cache_root() -> Result<PathBuf, BuildError> {
    let absolute = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base =
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    base.map(|base| base.join("twinroot"))
        .ok_or(BuildError::NoCacheDirectory)
}

/// The proxy variables that apt and its methods know.
pub(crate) fn proxies() -> Vec<(String, String)> {
    ["http_proxy", "https_proxy", "no_proxy"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), env::var(name).ok()?)))
        .collect()
}

/// What mmdebstrap calls its version.
///
/// # Errors
/// It is not installed.
pub(crate) fn mmdebstrap_version() -> Result<String, BuildError> {
    output_of("mmdebstrap", &["--version"])
}

/// The architecture of this machine's packages.
///
/// # Errors
/// There is no dpkg.
pub(crate) fn native_architecture() -> Result<String, BuildError> {
    output_of("dpkg", &["--print-architecture"])
}

fn output_of(program: &'static str, arguments: &[&str]) -> Result<String, BuildError> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| BuildError::MissingProgram { program, error })?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
