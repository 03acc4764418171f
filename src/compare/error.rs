//! Why a comparison is incomplete or was not made: `SOURCE: where: what`.

use std::io;

use crate::compare::side::{Side, Sides};
use crate::compare::stop::{Stop, StopPlace, WalkError};
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

impl Error {
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
