//! A sandbox as plain data: what is mounted where, and what runs in it.
//!
//! Nothing here touches the kernel; the monitor and init stages execute a plan.
//! A plan that would let a build write to the machine cannot be expressed but by
//! [`Access::Writable`], which [`Plan::refusal`] allows below `/tmp` only.

use std::fmt;
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

impl fmt::Display for Cover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overlay => "overlay",
            Self::Copy => "copy",
            Self::ReadOnly => "ro",
        })
    }
}

/// A directory or symbolic link of the sandbox's own root, where the root is not
/// one layer; see [`crate::bootstrap::outside::host`].
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
    /// The machine's: while pinning only.
    Machine,
}

/// Whether programs of another processor can run, through an emulator that the machine's
/// superuser has registered with the kernel (binfmt_misc).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Emulation {
    /// As on the machine.
    Machine,
    /// The sandbox has a list of emulators of its own, an empty one. Kernels before 6.7 have no
    /// such lists; there a warning goes to standard error, and the machine's stays.
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
    /// A word for messages: `pin`, `normal`, `chrootless`.
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
    /// What the kernel says the machine's name is; otherwise the machine's own.
    pub hostname: Option<String>,
    /// Whether an emulator can be used.
    pub emulation: Emulation,
    /// What becomes of the changes.
    pub after: AfterRun,
}

impl Plan {
    /// Why the plan must not be run, if so.
    ///
    /// A writable mount belongs below the sandbox's `/tmp`, where no maintainer
    /// script has business; anything else would be a way out of the sandbox.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        let has_root =
            !self.nodes.is_empty() || self.layers.iter().any(|l| l.target == Path::new("/"));
        if !has_root {
            return Some("the plan has no root".to_owned());
        }
        if self.command.is_empty() {
            return Some("the plan has no command".to_owned());
        }
        self.binds
            .iter()
            .find(|bind| bind.access == Access::Writable && !bind.target.starts_with("/tmp/"))
            .map(|bind| {
                format!(
                    "`{}` would be writable in the sandbox",
                    bind.target.to_string_lossy()
                )
            })
    }

    /// The command as a shell would take it, environment first, to run it by hand.
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

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.name, self.ids)?;
        writeln!(
            f,
            "  network {}",
            match self.network {
                Network::None => "none",
                Network::Machine => "the machine's",
            }
        )?;
        for node in &self.nodes {
            match node {
                Node::Directory { path, mode } => {
                    writeln!(f, "  dir     {} {mode:o}", path.to_string_lossy())?
                }
                Node::File { path } => writeln!(f, "  file    {}", path.to_string_lossy())?,
                Node::Symlink { path, target } => {
                    writeln!(
                        f,
                        "  symlink {} -> {}",
                        path.to_string_lossy(),
                        target.to_string_lossy()
                    )?;
                }
            }
        }
        for layer in &self.layers {
            writeln!(
                f,
                "  {:7} {} over {}",
                self.cover.to_string(),
                layer.target.to_string_lossy(),
                layer.lower.to_string_lossy()
            )?;
        }
        for bind in &self.binds {
            let access = match bind.access {
                Access::ReadOnly => "ro",
                Access::Writable => "rw",
            };
            writeln!(
                f,
                "  bind {access} {} from {}",
                bind.target.to_string_lossy(),
                bind.source.to_string_lossy()
            )?;
        }
        write!(f, "  run     {}", self.command_line())
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
        }
    }

    #[test]
    fn a_plan_prints_what_is_mounted_and_run() {
        assert_eq!(
            plan().to_string(),
            "normal: users 100000-165535, groups 100000-165535\n  \
             network none\n  \
             overlay / over /cache/root\n  \
             bind ro /tmp/twinroot/pool from /cache/pool\n  \
             run     LANG=C.UTF-8 mmdebstrap '--include=a b' 'it'\\''s'"
        );
    }

    #[test]
    fn a_plan_that_could_write_to_the_machine_is_refused() {
        let mut plan = plan();
        assert_eq!(plan.refusal(), None);
        plan.binds[0].access = Access::Writable;
        assert_eq!(plan.refusal(), None);
        plan.binds[0].target = "/etc".into();
        assert_eq!(
            plan.refusal(),
            Some("`/etc` would be writable in the sandbox".to_owned())
        );
    }

    #[test]
    fn a_plan_without_a_root_is_refused() {
        let mut plan = plan();
        plan.layers.clear();
        assert_eq!(plan.refusal(), Some("the plan has no root".to_owned()));
    }
}
