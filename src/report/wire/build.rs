//! How one archive was built.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::wire::executed::Executed;

/// One build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// `normal` or `chrootless`, after `second ` for a build of a second pair.
    pub label: String,
    /// Where maintainer scripts ran.
    pub mode: ModeName,
    /// The technique, or the mode of mmdebstrap for a normal build; then `, observed` if its
    /// processes were.
    pub technique: String,
    /// Versions of the tools used, by package.
    pub versions: BTreeMap<String, String>,
    /// Warnings of its tools, one line each.
    pub warnings: Vec<String>,
    /// What the machine could not do for the build, one line each.
    pub degraded: Vec<String>,
    /// Whether the chroot is of another architecture than the system that it was built on.
    #[serde(default)]
    pub foreign: bool,
    /// What an observed chrootless build executed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executed: Option<Executed>,
    /// What was tried, before anything ran, to prove that the machine was out of its reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

/// What process 1 of a sandbox looked at and tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Mounts that it looked at.
    pub mounts: usize,
    /// What it tried to do with them, and to settings of the machine: all of it was refused.
    pub refused: usize,
    /// What of that was tried once more from another user and mount namespace, and refused.
    #[serde(default, skip_serializing_if = "is_none")]
    pub nested: usize,
}

/// Where maintainer scripts run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModeName {
    /// Inside the chroot.
    Normal,
    /// On the outside, with `DPKG_ROOT`.
    Chrootless,
}

/// Whether a count is that of an earlier version, which did not try.
fn is_none(count: &usize) -> bool {
    *count == 0
}
