//! What a verification could not look at.

use crate::verify::error::Error;

/// A build that would have explained something, and could not be made.
#[derive(Debug)]
pub enum Note {
    /// Nothing was observed: the outside system has no strace.
    NoObserver,
    /// Nothing was observed on this altered outside system, which has no strace.
    NoObserverOn(&'static str),
    /// More maintainer scripts fail chrootless than may: nothing was compared.
    NotCompared {
        /// How many failed before no further build was made.
        failing: usize,
    },
    /// A further build failed.
    Failed(Wanted, Error),
    /// A build of the control had no tarball.
    NoTarball,
}

/// A further build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The normal build under observation.
    Normal,
    /// The chrootless build under observation.
    Chrootless,
    /// The chrootless build on this altered outside system under observation.
    OnAltered(&'static str),
    /// Two normal builds compared with each other.
    Control,
}
