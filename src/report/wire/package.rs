//! The packages of a chroot, and what a run says of each.

use serde::{Deserialize, Serialize};

use crate::report::wire::script::ScriptName;

/// One package of the chroot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Name of the binary package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Name of its source package; empty in older reports.
    #[serde(default)]
    pub source: String,
    /// Version of its source package; empty in older reports.
    #[serde(default)]
    pub source_version: String,
    /// Its architecture, or `all`.
    pub architecture: String,
    /// Whether it is marked as essential.
    pub essential: bool,
    /// Its maintainer scripts.
    pub scripts: Vec<PackageScript>,
    /// Number of divergent entries that a script of it is the cause of.
    pub divergences: u64,
    /// Number of escapes that a script of it is the cause of.
    pub escapes: u64,
    /// Number of attempts of its scripts.
    #[serde(default)]
    pub attempts: u64,
    /// What the run says of it; how its scripts read does not count.
    pub verdict: PackageVerdictName,
    /// Why it is not complete, or what else is to be said of it, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a run says of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageVerdictName {
    /// Its scripts were seen to leave the outside alone, and did nothing that differs.
    Complete,
    /// Its scripts act on the outside, without effect on this one.
    Latent,
    /// A script of it is why something differs or escapes, or reads the outside.
    Incomplete,
    /// A script of it fails chrootless.
    Fails,
    /// Something differs or escapes that a script of it may have done, or nobody observed its
    /// scripts.
    Unproven,
}

/// One maintainer script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageScript {
    /// The script.
    pub name: ScriptName,
    /// How it supports `DPKG_ROOT`, by reading it.
    pub dpkg_root: DpkgRoot,
    /// What runs it, if it is `unread`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<String>,
    /// The lines that act on the system that they run on, without `DPKG_ROOT`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<ScriptLine>,
}

/// How a script supports `DPKG_ROOT`, by reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DpkgRoot {
    /// It names `DPKG_ROOT`; single lines may lack it.
    Aware,
    /// It acts only through helpers that read `DPKG_ROOT` themselves.
    Helper,
    /// It names files or runs tools of the system that it runs on.
    Silent,
    /// It does nothing on initial installation.
    NoneNeeded,
    /// It is not a shell script.
    Unread,
}

/// A line of a maintainer script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptLine {
    /// Number of the line, from 1.
    pub number: u64,
    /// Text of the line with its continuations.
    pub text: String,
    /// Whether it ran in the observed chrootless build; absent if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exercised: Option<bool>,
    /// What it tried on the outside: positions in `outside.attempts`, from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<u64>,
}
