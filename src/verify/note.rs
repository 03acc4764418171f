//! What a verification could not look at.

use crate::verify::error::Error;

/// A build that would have explained something, and could not be made.
#[derive(Debug)]
pub enum Note {
    /// More maintainer scripts fail chrootless than may: nothing was compared.
    NotCompared {
        /// How many failed before no further build was made.
        failing: usize,
    },
    /// Files that many scripts write are too large, or were changed too often: whose their lines are
    /// is not known.
    LinesNotKept {
        /// The files, without a leading slash, ascending.
        files: Vec<Vec<u8>>,
    },
    /// A further build failed.
    Failed(Wanted, Error),
}

/// A further build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The normal build of a second pair.
    Normal,
    /// The chrootless build of a second pair, or the first one under observation.
    Chrootless,
}
