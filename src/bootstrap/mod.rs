//! From a recipe to two tar streams: the frozen archive state, the outside, the builds.
//!
//! The network is used by [`pin`] alone. This layer knows Debian, and no divergence.

pub mod build;
pub mod cache;
pub mod command;
pub mod emulation;
pub mod freeze;
pub mod mirror;
pub mod mode;
pub(crate) mod observe;
pub mod outside;
pub mod recipe;
pub mod transcript;

use std::path::PathBuf;

pub use crate::bootstrap::freeze::local_debs::digest;

use crate::sandbox::launch::SandboxError;

/// Why something could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The sandbox around it.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// A file or directory of ours.
    #[error("{}: {what}: {error}", path.to_string_lossy())]
    File {
        /// Which.
        path: PathBuf,
        /// What was done with it.
        what: &'static str,
        /// The kernel's word.
        error: std::io::Error,
    },
    /// mmdebstrap, or what it ran, gave up.
    #[error("{stage}: {message}")]
    Failed {
        /// `pin`, `outside`, `normal` or `chrootless`.
        stage: String,
        /// Its `E:` line, or the package and script that failed.
        message: String,
        /// What to do about it.
        hint: Option<String>,
        /// The last lines of the transcript.
        tail: Vec<String>,
        /// All of it, byte for byte.
        transcript: Vec<u8>,
    },
    /// The recipe, or something it names, is not usable.
    #[error("{what}: {why}")]
    Recipe {
        /// The option or file.
        what: String,
        /// What is wrong, with the value.
        why: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

impl BuildError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Sandbox(error) => error.hint(),
            Self::File { error, .. } if error.kind() == std::io::ErrorKind::StorageFull => {
                Some("set XDG_CACHE_HOME to a directory on a larger file system".to_owned())
            }
            Self::File { .. } => None,
            Self::Failed { hint, .. } | Self::Recipe { hint, .. } => hint.clone(),
        }
    }

    /// The last lines of a failed build's transcript.
    #[must_use]
    pub fn tail(&self) -> &[String] {
        match self {
            Self::Failed { tail, .. } => tail,
            Self::Sandbox(_) | Self::File { .. } | Self::Recipe { .. } => &[],
        }
    }
}

/// The recipe, or something it names, is not usable, and there is no hint.
fn refused(what: &str, why: String) -> BuildError {
    BuildError::Recipe {
        what: what.to_owned(),
        why,
        hint: None,
    }
}

/// Names the file that an error is about.
pub fn at(
    path: impl Into<PathBuf>,
    what: &'static str,
) -> impl FnOnce(std::io::Error) -> BuildError {
    let path = path.into();
    move |error| BuildError::File { path, what, error }
}
