//! What a comparison did not look at, or shows in part.

use crate::compare::side::Side;
use crate::input::kind::{Foreign, Kind};

/// Something that a comparison did not look at, or that its result shows in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// Only the verdict was asked for: no entry was looked at.
    VerdictOnly,
    /// Divergent contents that have no digest.
    NoDigest {
        /// How many.
        contents: u64,
        /// Largest content that gets one, in bytes.
        limit: u64,
    },
    /// Divergent contents that are not shown, because that was asked for.
    Omitted {
        /// How many.
        contents: u64,
    },
    /// Divergent contents that are shown at their first difference only.
    TooLarge {
        /// How many.
        contents: u64,
        /// Largest content that is compared as text, in bytes.
        limit: u64,
    },
    /// Divergent contents that are not shown, because the limit on details was reached before.
    NoRoom {
        /// How many.
        contents: u64,
    },
    /// Divergent contents that are shown in part, because the limit on details was reached.
    Cut {
        /// How many.
        contents: u64,
    },
    /// The time for explaining was over before the comparison was.
    TimedOut,
    /// Two inputs of different sorts were compared as bytes.
    TwoSorts {
        /// What the left one is.
        left: Kind,
        /// What the right one is.
        right: Kind,
    },
    /// Both inputs are empty.
    BothEmpty,
    /// Two inputs were compared as bytes, although one of them has entries that are not read.
    AsBytes {
        /// What that is.
        foreign: Foreign,
    },
    /// One input is a directory, which lacks fields and aspects that an archive has.
    DirectoryLacks,
    /// Blobs of an image whose digest is not the one in their name.
    Misnamed {
        /// The side.
        side: Side,
        /// How many.
        blobs: u64,
    },
    /// The roots that layers make were compared, and not the images.
    Flattened,
    /// Archives inside that differ and were not looked into, because there are too many.
    NotLookedInto {
        /// How many.
        archives: u64,
    },
    /// An image has more layers than are looked at.
    LayersLeft {
        /// The side.
        side: Side,
        /// How many layers of an image are looked at.
        after: u64,
    },
    /// Files that a control file lists are not what it says, or were not looked at.
    Listed {
        /// The side.
        side: Side,
        /// Which ones.
        problem: ListProblem,
    },
    /// Entries of one side that were not looked at.
    EntriesLeft {
        /// The side.
        side: Side,
        /// How many entries were looked at.
        after: u64,
    },
}

/// What is wrong with the files that a control file lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListProblem {
    /// So many are not beside it.
    Absent(u64),
    /// So many have another size or digest than it says.
    Mislisted(u64),
    /// It lists more files than are looked at, or is too long.
    Cut,
}
