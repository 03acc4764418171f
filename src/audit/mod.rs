//! What a build changed on the outside: every change is an escape, there is no list
//! of exceptions.
//!
//! Debian Policy proposal #1020323: with `DPKG_ROOT` set a maintainer script should
//! not modify anything outside. This module knows files, not Debian.

pub(crate) mod change;
pub(crate) mod difference;
pub(crate) mod error;
pub(crate) mod manifest;
pub(crate) mod method;
pub(crate) mod mounts;
pub(crate) mod node;
pub(crate) mod overlay;
pub(crate) mod snapshot;
pub(crate) mod value;

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::audit::manifest::{Manifest, manifest};
use crate::audit::overlay::read_upper;
use crate::sandbox;
use crate::sandbox::mount_change::MountChange;
use crate::sandbox::progress::ProgressCounter;
use crate::sandbox::trees::Tree;

pub use crate::audit::change::{Change, ChangeKind, FieldChange};
pub use crate::audit::method::Method;
pub use crate::audit::value::{AuditedField, ObjectType, Time, Value};

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Findings {
    /// What changed, by path.
    pub changes: Vec<Change>,
    /// How long the auditing took, before and after.
    pub took: Duration,
}

impl Findings {
    /// From the answer of [`Auditor`], in the launcher.
    ///
    /// # Errors
    /// Only where the two sides are of different builds of twinroot.
    pub fn from_answer(answer: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(answer)
    }

    /// The same with the mounts that a build left or took away.
    #[must_use]
    pub fn with_mounts(mut self, mounts: &[MountChange]) -> Self {
        self.changes.extend(mounts::changes(mounts));
        self.changes.sort_by(|a, b| a.path.cmp(&b.path));
        self
    }
}

/// Watches the trees of a sandbox; runs in its monitor stage.
#[derive(Debug, Default)]
pub struct Auditor {
    /// Of the trees that are no overlays, in their order.
    before: Vec<Manifest>,
    took: Duration,
}

impl sandbox::Auditor for Auditor {
    fn before(&mut self, trees: &[Tree], counter: &ProgressCounter<'_>) -> Result<(), String> {
        let start = Instant::now();
        for tree in trees {
            match tree {
                Tree::Layer(_) => {}
                Tree::Whole(tree) => {
                    let manifest =
                        manifest(&tree.view, None, counter).map_err(|error| error.to_string())?;
                    self.before.push(manifest);
                }
            }
        }
        self.took = start.elapsed();
        Ok(())
    }

    fn after(&mut self, trees: &[Tree], counter: &ProgressCounter<'_>) -> Result<String, String> {
        let start = Instant::now();
        let mut changes = Vec::new();
        let mut manifests = self.before.iter();
        for tree in trees {
            match tree {
                Tree::Layer(layer) => read_upper(layer, &mut changes),
                Tree::Whole(tree) => {
                    let before = manifests.next().ok_or("a tree was not read before")?;
                    manifest(&tree.view, Some(before), counter)
                        .map(|after| snapshot::changes(tree, before, &after, &mut changes))
                }
            }
            .map_err(|error| error.to_string())?;
        }
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        let findings = Findings {
            changes,
            took: self.took + start.elapsed(),
        };
        serde_json::to_string(&findings).map_err(|error| error.to_string())
    }
}
