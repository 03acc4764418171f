//! Names of maintainer scripts.

use serde::{Deserialize, Serialize};

/// A maintainer script of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScriptName {
    /// Runs before the package is unpacked.
    Preinst,
    /// Configures the package.
    Postinst,
    /// Runs before the package is removed.
    Prerm,
    /// Runs after the package was removed.
    Postrm,
    /// Asks debconf's questions.
    Config,
    /// A postinst that dpkg runs for a trigger.
    Trigger,
}
