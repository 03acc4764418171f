//! What a chrootless build executed: the proof that no program of the chroot had to run.

use serde::{Deserialize, Serialize};

/// Programs that an observed build executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executed {
    /// Which emulators the kernel knew for the build.
    pub emulation: Emulation,
    /// How often a program was executed.
    pub count: u64,
    /// Files of the chroot that were executed. Maintainer scripts are left out, because their
    /// interpreter reads them.
    pub of_chroot: Vec<ExecutedFile>,
    /// Files that the kernel refused to execute because it does not know their format.
    pub refused: Vec<ExecutedFile>,
}

/// Which emulators of other processors the kernel knew for a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Emulation {
    /// None, so that no program for another processor could run.
    None,
    /// Those that are registered on the machine.
    Machine,
}

/// One file that was executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutedFile {
    /// Path of the file, quoted.
    pub path: String,
    /// How often it was executed.
    pub count: u64,
}
