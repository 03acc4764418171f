//! Where and why the walk through an archive ended early.

use std::{fmt, io};

use crate::tar::error::TarError;
use crate::text::quote;

/// Why an archive cannot be walked further.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// It is malformed, or beyond a limit.
    #[error("{0}")]
    Tar(#[from] TarError),
    /// It cannot be read, or a temporary file cannot be written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// More entries than can be numbered.
    #[error("more than {0} entries from the first difference on")]
    TooMany(u64),
}

/// Where among the entries of an archive a walk ended. Entries count from 1, from the archive's
/// start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopPlace {
    /// In the content of an entry.
    Inside {
        /// Number of the entry.
        entry: u64,
        /// Its name.
        name: Vec<u8>,
    },
    /// Between an entry and the next.
    After {
        /// Number of the entry.
        entry: u64,
        /// Its name.
        name: Vec<u8>,
    },
    /// At the start of the part that was walked, after entries whose names are not at hand.
    AtStart {
        /// How many entries come before.
        entries: u64,
    },
}

impl StopPlace {
    /// Entries up to there, with the one that it lies in.
    #[must_use]
    pub fn entries(&self) -> u64 {
        match self {
            Self::Inside { entry, .. } | Self::After { entry, .. } => *entry,
            Self::AtStart { entries } => *entries,
        }
    }
}

impl fmt::Display for StopPlace {
    /// With what separates it from the error that follows; nothing where no entry can be named.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inside { entry, name } => write!(out, "entry {entry} `{}`: ", quote(name)),
            Self::After { entry, name } => write!(out, "after entry {entry} `{}`: ", quote(name)),
            Self::AtStart { .. } => Ok(()),
        }
    }
}

/// The end of a walk that did not reach the archive's end.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) place: StopPlace,
    pub(crate) error: WalkError,
}

/// The last entry that a walk met.
#[derive(Debug, Clone)]
pub(crate) struct LastEntry {
    pub(crate) name: Vec<u8>,
    /// Where its content ends, or would end.
    pub(crate) end: u64,
}

/// Whether a walk ended in the content of the last entry that it met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    Content,
    NextHeader,
}

impl StopPlace {
    /// The place at the last of `entries` entries.
    pub(crate) fn at(entries: u64, last: Option<LastEntry>, reached: Reached) -> Self {
        match (last, reached) {
            (Some(LastEntry { name, .. }), Reached::Content) => Self::Inside {
                entry: entries,
                name,
            },
            (Some(LastEntry { name, .. }), Reached::NextHeader) => Self::After {
                entry: entries,
                name,
            },
            (None, _) => Self::AtStart { entries },
        }
    }
}
