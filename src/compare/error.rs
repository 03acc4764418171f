//! Why a comparison is incomplete or was not made: `SOURCE: where: what`.

use std::io;

use crate::compare::flatten::FlattenProblem;
use crate::compare::refusal::Refusal;
use crate::compare::side::{Side, Sides};
use crate::compare::stop::{Stop, StopPlace, WalkError};
use crate::compare::zip_fault::ZipFault;
use crate::debian::ar::ArError;
use crate::input::kind::Kind;
use crate::input::source::InputError;
use crate::tar::error::TarError;
use crate::text::quote;

/// Why a comparison is incomplete or was not made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Standard input is given for both sides.
    #[error("standard input cannot be both sides")]
    StdinTwice,
    /// An input cannot be opened.
    #[error("{}: {error}", quote(input.as_bytes()))]
    Open {
        /// Which input.
        side: Side,
        /// What messages call it.
        input: String,
        /// Why not.
        error: InputError,
    },
    /// An input is no match for the other.
    #[error("{}: {refusal}", quote(input.as_bytes()))]
    Refused {
        /// What messages call it.
        input: String,
        /// What both are.
        refusal: Refusal,
    },
    /// Entries were to be taken out of tarballs, and the inputs are none.
    #[error("{}: is {kind}, not a tarball, so its entries cannot be written", quote(input.as_bytes()))]
    NoTarball {
        /// What messages call the one that is none.
        input: String,
        /// What it is.
        kind: Kind,
    },
    /// An entry of a directory or zip archive cannot be read, or was not the same to its end.
    #[error("{}: {fault}", quote(input.as_bytes()))]
    Entry {
        /// What messages call the directory.
        input: String,
        /// The first such entry.
        fault: EntryFault,
    },
    /// The layers of an input cannot be put together.
    #[error("{}: {problem}", quote(input.as_bytes()))]
    Flatten {
        /// What messages call it.
        input: String,
        /// Why not.
        problem: FlattenProblem,
    },
    /// A part of the inputs cannot be compared; the others were.
    #[error("{0}")]
    Part(Box<Self>),
    /// A control file lists a file by a name that leads elsewhere.
    #[error(
        "{}: lists `{}`, which is no name of a file beside it",
        quote(input.as_bytes()),
        quote(name)
    )]
    Listed {
        /// What messages call it.
        input: String,
        /// The name.
        name: Vec<u8>,
    },
    /// The members of an ar archive cannot be listed to its end.
    #[error("{}: {error}", quote(input.as_bytes()))]
    Ar {
        /// What messages call it.
        input: String,
        /// Why not.
        error: ArError,
    },
    /// The members of a zip archive cannot be listed.
    #[error("{}: {error}", quote(input.as_bytes()))]
    Zip {
        /// Which input.
        side: Side,
        /// What messages call it.
        input: String,
        /// Why not.
        error: ZipFault,
    },
    /// An input cannot be read to its end, or not be kept.
    #[error("{}: after {}: {error}", quote(input.as_bytes()), count_of(*entries))]
    Read {
        /// Which input.
        side: Side,
        /// What messages call it.
        input: String,
        /// Entries before.
        entries: u64,
        /// Why not.
        error: io::Error,
    },
    /// An input is no tar archive.
    #[error("{}: {}", quote(input.as_bytes()), TarError::NotTar(*offset))]
    NotTar {
        /// Which input.
        side: Side,
        /// What messages call it.
        input: String,
        /// Where its first header would be.
        offset: u64,
    },
    /// The entries of an input cannot be walked to their end.
    #[error("{}: {place}{error}", quote(input.as_bytes()))]
    Walk {
        /// Which input.
        side: Side,
        /// What messages call it.
        input: String,
        /// Where the walk ended.
        place: StopPlace,
        /// Why it ended.
        error: WalkError,
    },
    /// Nothing could be compared, and it is not known which input is to blame.
    #[error(
        "{} and {}: {error}",
        quote(inputs.left.as_bytes()),
        quote(inputs.right.as_bytes())
    )]
    Either {
        /// What messages call them.
        inputs: Sides<String>,
        /// Why not.
        error: WalkError,
    },
}

/// What went wrong with an entry of a directory or zip archive.
#[derive(Debug)]
pub struct EntryFault {
    /// Its path, in a directory from `./` on.
    pub path: Vec<u8>,
    /// What went wrong.
    pub problem: EntryProblem,
    /// How many more entries something went wrong with.
    pub more: u64,
}

/// Why an entry of a directory or zip archive is not known as it is.
#[derive(Debug, thiserror::Error)]
pub enum EntryProblem {
    /// The operating system's refusal.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It was written to, replaced or removed.
    #[error("changed while it was read")]
    Changed,
    /// It is not what the archive says of it: it is cut, or has another length or CRC-32.
    #[error("is damaged: its length or CRC-32 is not what the archive states")]
    Damaged,
}

impl std::fmt::Display for EntryFault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", quote(&self.path), self.problem)?;
        match self.more {
            0 => Ok(()),
            1 => out.write_str(" (and 1 more entry has such a fault)"),
            more => write!(out, " (and {more} more entries have such a fault)"),
        }
    }
}

impl Error {
    /// Whether nothing was compared.
    #[must_use]
    pub fn before_comparing(&self) -> bool {
        match self {
            Self::StdinTwice
            | Self::Open { .. }
            | Self::Refused { .. }
            | Self::NoTarball { .. }
            | Self::Flatten { .. } => true,
            Self::Ar { .. }
            | Self::Zip { .. }
            | Self::Part(_)
            | Self::Listed { .. }
            | Self::Entry { .. }
            | Self::Read { .. }
            | Self::NotTar { .. }
            | Self::Walk { .. }
            | Self::Either { .. } => false,
        }
    }

    /// The error of a walk that ended early.
    pub(crate) fn of_stop(side: Side, input: String, stop: Stop) -> Self {
        let Stop { place, error } = stop;
        match error {
            WalkError::Tar(TarError::NotTar(offset)) => Self::NotTar {
                side,
                input,
                offset,
            },
            error => Self::Walk {
                side,
                input,
                place,
                error,
            },
        }
    }
}

fn count_of(entries: u64) -> String {
    match entries {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    }
}
