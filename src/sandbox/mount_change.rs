//! What a build did to the mounts of its own view.

use serde::{Deserialize, Serialize};

/// What a build did to the mounts of one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountChange {
    /// The place, in the sandbox.
    pub path: String,
    /// Type of the file system that was seen there before; `None` if none was mounted there.
    pub before: Option<String>,
    /// The same after the build.
    pub after: Option<String>,
}
