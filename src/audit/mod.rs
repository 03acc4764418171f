//! What a build changed on the outside: every change is an escape, there is no list
//! of exceptions, and a copy-up that changed nothing is none.
//!
//! Debian Policy proposal #1020323: with `DPKG_ROOT` set a maintainer script should
//! not modify anything outside. This module knows files, not Debian.

mod change;
mod node;
mod overlay;

use crate::sandbox::AuditedLayer;

pub use change::{Change, ChangeKind, FieldChange};

/// Reads the upper directories of a sandbox; runs in its monitor stage.
///
/// The answer is JSON for [`changes_from`] in the launcher.
///
/// # Errors
/// A path that cannot be read; the audit then proves nothing.
pub fn read_layers(layers: &[AuditedLayer]) -> Result<String, String> {
    let mut changes = Vec::new();
    for layer in layers {
        overlay::read_upper(layer, &mut changes).map_err(|error| error.to_string())?;
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    serde_json::to_string(&changes).map_err(|error| error.to_string())
}

/// The launcher's side of [`read_layers`].
///
/// # Errors
/// Only where the two sides are of different builds of twinroot.
pub fn changes_from(answer: &str) -> Result<Vec<Change>, serde_json::Error> {
    serde_json::from_str(answer)
}
