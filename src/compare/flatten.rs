//! Why an input has no final root.

use std::io;

use crate::compare::stop::WalkError;
use crate::input::kind::Kind;
use crate::text::quote;

/// Why the layers of an input cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum FlattenProblem {
    /// Neither input is an image.
    #[error("is {0}, and so is no container image; nor is the right input one")]
    NoImage(Kind),
    /// It is neither an image nor what can be compared with one.
    #[error("is {0}, which has no root to compare with that of a container image")]
    NoRoot(Kind),
    /// It holds more than one image.
    #[error("holds {0} container images, of which one has to be chosen")]
    Several(usize),
    /// A layer is not among the files of the image.
    #[error("layer {layer}: {} is missing", quote(file.as_bytes()))]
    Missing {
        /// Its number, from 1.
        layer: usize,
        /// The file that it should be.
        file: String,
    },
    /// A layer cannot be read to its end.
    #[error("layer {layer}: {error}")]
    Layer {
        /// Its number, from 1.
        layer: usize,
        /// Why not.
        error: WalkError,
    },
    /// An entry of a layer cannot be put into the root.
    #[error("layer {layer}: {}: {problem}", quote(path))]
    Entry {
        /// The layer's number, from 1.
        layer: usize,
        /// The name as spelled.
        path: Vec<u8>,
        /// Why not.
        problem: EntryOfLayer,
    },
    /// The image has too many layers.
    #[error("has more than {0} layers")]
    Layers(usize),
    /// The root would have too many entries.
    #[error("the layers make a root of more than {0} entries")]
    Entries(usize),
    /// The operating system's refusal.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Why an entry of a layer cannot be put into a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryOfLayer {
    /// It leads out of the root.
    #[error("a name with `..` is not followed")]
    Outside,
    /// A whiteout that hides nothing that can be named.
    #[error("hides no name")]
    Whiteout,
    /// A hard link to something that is not there.
    #[error("is a hard link to what is not in the root")]
    Link,
    /// Its directory is reached by too many symbolic links.
    #[error("too many symbolic links lead to its directory")]
    Links,
    /// A sparse file, a type of its own, or a number that is none.
    #[error("is of a kind that is not put into a root, or has a field that cannot be read")]
    Kind,
}
