//! A sandbox as plain data: what is mounted where, and what runs in it.
//!
//! Nothing here touches the kernel; the monitor and init stages execute a plan.
//! A plan that would let a build write to the machine cannot be expressed but by
//! [`Access::Writable`], which [`Plan::refusal`] allows below `/tmp` only.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::sandbox::idmap::IdMap;
use crate::text::shell::shell_quote;

/// One tree of the machine that a sandbox sees; [`Cover`] says how it is kept from being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Directory of the machine.
    pub lower: PathBuf,
    /// Where the sandbox sees it.
    pub target: PathBuf,
}

/// What keeps the trees of a sandbox's layers from being written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cover {
    /// Every change is kept apart by overlayfs: the tree is the lower directory, a tmpfs holds
    /// the upper one.
    Overlay,
    /// The sandbox has a copy of its own, on a tmpfs.
    Copy,
    /// Writing fails with EROFS.
    ReadOnly,
}

/// A directory or symbolic link of the sandbox's own root, where the root is not
/// one layer, as it is for this machine's own tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Node {
    /// An empty directory with this mode.
    Directory {
        /// Absolute path in the sandbox.
        path: PathBuf,
        /// Permission bits.
        mode: u32,
    },
    /// An empty file: the mount point of a bind.
    File {
        /// Absolute path in the sandbox.
        path: PathBuf,
    },
    /// A symbolic link.
    Symlink {
        /// Absolute path in the sandbox.
        path: PathBuf,
        /// What it points to.
        target: PathBuf,
    },
}

/// What a sandbox may do with a mounted file or directory of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    /// Reading only.
    ReadOnly,
    /// Reading and writing; for output directories of our own.
    Writable,
}

/// A file or directory of the machine mounted into the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bind {
    /// Path on the machine.
    pub source: PathBuf,
    /// Absolute path in the sandbox; made when it is not there.
    pub target: PathBuf,
    /// What may be done with it.
    pub access: Access,
}

/// Which network a sandbox has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Network {
    /// A namespace of its own with nothing but the loopback interface.
    None,
    /// The machine's: while fetching only.
    Machine,
}

/// Whether programs of another processor can run, through an emulator that the machine's
/// administrator has registered with the kernel (binfmt_misc).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Emulation {
    /// As on the machine.
    Machine,
    /// The sandbox has a list of emulators of its own, an empty one. Kernels before 6.7 have no
    /// such lists; there the machine's stays, and the outcome has a warning.
    None,
}

/// What is done with the upper directories when the command has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AfterRun {
    /// Thrown away.
    Forget,
    /// Read by the audit first.
    Audit,
}

/// The whole sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// A word for messages: `freeze`, `normal`, `chrootless`.
    pub name: String,
    /// Ids of the machine that the sandbox gets.
    pub ids: IdMap,
    /// The root's own directories and links; empty where a layer is the root.
    pub nodes: Vec<Node>,
    /// Trees of the machine.
    pub layers: Vec<Layer>,
    /// What keeps them as they are.
    pub cover: Cover,
    /// Further mounts, made after `/tmp` is.
    pub binds: Vec<Bind>,
    /// Which network it has.
    pub network: Network,
    /// Program and arguments; the program is looked up in the sandbox's PATH.
    pub command: Vec<String>,
    /// The whole environment of the command.
    pub environment: Vec<(String, String)>,
    /// Where the command starts; `/` where the sandbox has no such directory.
    pub directory: PathBuf,
    /// What the kernel calls the machine; `None` for the machine's own name.
    pub hostname: Option<String>,
    /// Whether an emulator can be used.
    pub emulation: Emulation,
    /// What becomes of the changes.
    pub after: AfterRun,
    /// Whether its processes are observed.
    pub tracing: Tracing,
    /// What its processes may ask the kernel for.
    pub rights: Rights,
}

/// What the processes of a command may ask the kernel for, beside what namespaces allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rights {
    /// What a maintainer script needs, which mounts nothing.
    Scripts,
    /// That, and mounting.
    Mounting,
    /// All, because set-user-id programs must gain rights, which no process with a filter can
    /// (`no_new_privs`, seccomp(2)).
    SetUserId,
}

/// Whether a command's processes are observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tracing {
    /// They run freely.
    Off,
    /// The sandbox's tracer sees all that maintainer scripts do, and of other processes what
    /// tells who made an entry.
    Scripts,
    /// It sees the same, and what any other process makes, renames, removes and opens for writing.
    Changes,
    /// It sees all that any process does.
    Everything,
}

/// Why a plan must not be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is mounted on `/`.
    #[error("the plan has no root")]
    NoRoot,
    /// There is nothing to run.
    #[error("the plan has no command")]
    NoCommand,
    /// A file or directory of the machine would be writable in the sandbox at this path.
    #[error("`{}` would be writable in the sandbox", .0.to_string_lossy())]
    Writable(PathBuf),
}

impl Plan {
    /// Why the plan must not be run, if it must not.
    ///
    /// A writable mount belongs below the sandbox's `/tmp`, where no maintainer script should
    /// write; anything else would be a way out of the sandbox.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        let has_root =
            !self.nodes.is_empty() || self.layers.iter().any(|l| l.target == Path::new("/"));
        if !has_root {
            return Some(Refusal::NoRoot);
        }
        if self.command.is_empty() {
            return Some(Refusal::NoCommand);
        }
        let mut binds = self.binds.iter();
        let writable = binds
            .find(|bind| bind.access == Access::Writable && !bind.target.starts_with("/tmp/"))?;
        Some(Refusal::Writable(writable.target.clone()))
    }

    /// The same without an observer; `None` if it has none, or if nothing else sees what fails on a
    /// read-only system.
    #[must_use]
    pub fn without_tracing(&self) -> Option<Self> {
        let needs_none = self.tracing != Tracing::Off && self.cover != Cover::ReadOnly;
        needs_none.then(|| Self {
            tracing: Tracing::Off,
            ..self.clone()
        })
    }

    /// The command as a shell takes it, environment first.
    #[must_use]
    pub fn command_line(&self) -> String {
        let variables = self
            .environment
            .iter()
            .map(|(name, value)| format!("{name}={}", shell_quote(value)));
        let words = self.command.iter().map(|word| shell_quote(word));
        variables.chain(words).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::idmap::UserNamespace;

    fn plan() -> Plan {
        Plan {
            name: "normal".to_owned(),
            ids: IdMap {
                uid_base: 100_000,
                gid_base: 100_000,
                count: 65_536,
                namespace: UserNamespace::Own,
            },
            nodes: vec![],
            layers: vec![Layer {
                lower: "/cache/root".into(),
                target: "/".into(),
            }],
            cover: Cover::Overlay,
            binds: vec![Bind {
                source: "/cache/pool".into(),
                target: "/tmp/twinroot/pool".into(),
                access: Access::ReadOnly,
            }],
            network: Network::None,
            command: vec!["mmdebstrap".into(), "--include=a b".into(), "it's".into()],
            environment: vec![("LANG".into(), "C.UTF-8".into())],
            directory: "/".into(),
            hostname: None,
            emulation: Emulation::Machine,
            after: AfterRun::Audit,
            tracing: Tracing::Off,
            rights: Rights::Scripts,
        }
    }

    #[test]
    fn a_command_line_can_be_pasted_into_a_shell() {
        assert_eq!(
            plan().command_line(),
            "LANG=C.UTF-8 mmdebstrap '--include=a b' 'it'\\''s'"
        );
    }

    #[test]
    fn a_plan_that_could_write_to_the_machine_is_refused() {
        let mut plan = plan();
        assert_eq!(plan.refusal(), None);
        plan.binds[0].access = Access::Writable;
        assert_eq!(plan.refusal(), None);
        plan.binds[0].target = "/etc".into();
        assert_eq!(plan.refusal(), Some(Refusal::Writable("/etc".into())));
    }

    #[test]
    fn a_plan_without_a_root_is_refused() {
        let mut plan = plan();
        plan.layers.clear();
        assert_eq!(plan.refusal(), Some(Refusal::NoRoot));
    }
}
