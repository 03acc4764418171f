//! Maintainer scripts that fail chrootless.

use serde::{Deserialize, Serialize};

use crate::report::wire::script::ScriptName;

/// A maintainer script that fails chrootless and not in the normal build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Name of the binary package.
    pub package: String,
    /// Its version, if it is known.
    pub version: Option<String>,
    /// Which of its scripts.
    pub script: ScriptName,
    /// The line of the script that failed, with its continuations, if it can be told.
    pub command: Option<String>,
    /// The exit status of the script.
    pub status: u64,
    /// Number of that line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What the script and its children wrote, by lines, the last ones.
    pub words: Vec<String>,
    /// Why it failed, in one word.
    pub cause: FailureCauseName,
    /// The same in one line.
    pub reason: String,
    /// Scripts that had failed before, `PACKAGE.SCRIPT`, which may be why this one does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
}

/// Why a script failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureCauseName {
    /// The chroots have an account that the outside lacks.
    AccountOnlyInside,
    /// Only the chroot of the normal build has an account.
    AccountOnlyInNormal,
    /// The outside lacks an account.
    AccountNotOutside,
    /// The outside lacks a program.
    NoProgram,
    /// The outside lacks a file or directory.
    NoFile,
    /// The chroot lacked a file or directory.
    NoFileInside,
    /// A tool of the outside does not understand a file of the chroot.
    OutsideTool,
    /// A file system was read-only.
    ReadOnly,
    /// The script complained of `DPKG_ROOT`.
    RefusesDpkgRoot,
    /// It is not known why.
    Unknown,
}
