//! Why something could not be frozen, built or made: one variant per cause.
//!
//! The sentences name no option of the command line and give no advice; `cli::output::hints`
//! does both, from the fields.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::bootstrap::mirror::error::MirrorError;
use crate::bootstrap::running::RunningScript;
use crate::bootstrap::transcript::{AptProblem, BuildFailure};
use crate::debian::deb_file::DebError;
use crate::debian::maintainer_script::ScriptName;
use crate::sandbox::launch::SandboxError;
use crate::sandbox::replay::Replay;
use crate::sandbox::room::Room;

/// Why something could not be frozen, built or made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The sandbox could not do its work, or a signal ended it.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// A file or directory could not be read, written or made.
    #[error("{}: {action}: {error}", path.to_string_lossy())]
    File {
        /// Path of the file or directory.
        path: PathBuf,
        /// The operation that failed, as a verb: `open`, `make`.
        action: &'static str,
        /// The kernel's reason.
        error: io::Error,
    },
    /// The cache, or an entry of it, could not be read, written or made.
    #[error("cache {}: {action}: {error}", path.to_string_lossy())]
    Cache {
        /// Path in the cache.
        path: PathBuf,
        /// The operation that failed, as a verb.
        action: &'static str,
        /// The kernel's reason.
        error: io::Error,
    },
    /// mmdebstrap, or a program that it ran, failed.
    #[error("{0}")]
    BuildFailed(Box<FailedBuild>),
    /// A build took longer than it may.
    #[error("{stage}: the build has not ended within {} s{}", longest.as_secs(), at_what(running.as_ref()))]
    TimedOut {
        /// Name of its plan.
        stage: String,
        /// How long it may take.
        longest: Duration,
        /// What ran then.
        running: Option<RunningScript>,
    },
    /// A build wrote more lines than are kept.
    #[error("{stage}: the build has written more than {} MiB of messages{}", limit >> 20, at_what(running.as_ref()))]
    TooManyMessages {
        /// Name of its plan.
        stage: String,
        /// How many bytes it may write.
        limit: usize,
        /// What ran then.
        running: Option<RunningScript>,
    },
    /// There was no space left for what a build writes.
    #[error("{stage}: {}", no_space(room, failed))]
    NoSpace {
        /// Name of its plan.
        stage: String,
        /// What is full.
        room: Room,
        /// How the build failed.
        failed: Box<FailedBuild>,
    },
    /// A build's processes could not be observed to its end: what they did is not known, and the
    /// build was ended.
    #[error("{stage}: the build could not be observed: {why}")]
    ObserverLost {
        /// Name of its plan.
        stage: String,
        /// Why not.
        why: String,
    },
    /// The user's directory of packages has the packages of the chroot, but not those that a
    /// matching outside needs besides.
    #[error("{failed}")]
    MirrorLacksOutside {
        /// All packages that the outside needs besides the chroot's.
        packages: Vec<String>,
        /// The build that did not find one of them.
        failed: Box<FailedBuild>,
    },
    /// A package file of the user's cannot be used.
    #[error("{}: {error}", path.to_string_lossy())]
    LocalDeb {
        /// Path of the package file.
        path: PathBuf,
        /// What is wrong with it.
        error: DebError,
    },
    /// The user's mirror is a directory that cannot be used.
    #[error(transparent)]
    LocalMirror(#[from] MirrorError),
    /// The archive has no package index that local packages could be put into.
    #[error("the archive has no package index to put local packages into")]
    NoPackageIndex,
    /// The failure of a script is to be passed over that no package of the frozen archive has.
    #[error("{0}: no package of the frozen archive has it")]
    NoSuchScript(ScriptName),
    /// A package that apt fetched is not the one that the index names.
    #[error("{file}: its SHA-256 is {sha256}, the index has another")]
    DigestMismatch {
        /// The package file's name in the pool.
        file: String,
        /// The digest of what was fetched, hexadecimal.
        sha256: String,
    },
}

fn no_space(room: &Room, failed: &FailedBuild) -> String {
    let full = match room {
        Room::Memory { bytes } => format!("the {} MiB of its tmpfs are full", bytes >> 20),
        Room::Disk { directory } => {
            let directory = directory.to_string_lossy();
            format!("the file system of `{directory}` is full")
        }
    };
    format!("{full}: {}", failed.failure)
}

fn at_what(running: Option<&RunningScript>) -> String {
    running.map_or_else(String::new, |running| format!("; at {running}"))
}

/// A build that failed, and what it said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{stage}: {failure}")]
pub struct FailedBuild {
    /// Name of its plan: `freeze`, `outside`, `normal`, `chrootless`, or that of a technique.
    pub stage: String,
    /// Why it failed, in the words of the program that failed.
    pub failure: BuildFailure,
    /// What apt complained of, if it is a problem that users can do something about.
    pub known: Option<AptProblem>,
    /// The package that apt found in no index, if that is the problem.
    pub missing_package: Option<String>,
    /// The lines of the transcript that are worth reading.
    pub tail: Vec<String>,
    /// The whole transcript, byte for byte.
    pub transcript: Vec<u8>,
    /// What repeats the step without twinroot.
    pub replay: Replay,
}

impl Error {
    /// The build that failed, if that is the error.
    #[must_use]
    pub fn failed_build(&self) -> Option<&FailedBuild> {
        match self {
            Self::BuildFailed(failed)
            | Self::MirrorLacksOutside { failed, .. }
            | Self::NoSpace { failed, .. } => Some(failed),
            _ => None,
        }
    }

    /// The lines of a failed build's transcript that are worth reading.
    #[must_use]
    pub fn tail(&self) -> &[String] {
        self.failed_build().map_or(&[], |failed| &failed.tail)
    }
}

/// Names the file that an I/O error is about, and the operation as a verb.
pub fn at(path: impl Into<PathBuf>, action: &'static str) -> impl FnOnce(io::Error) -> Error {
    let path = path.into();
    move |error| Error::File {
        path,
        action,
        error,
    }
}

/// The same for a file of the cache.
pub(crate) fn in_cache(
    path: impl Into<PathBuf>,
    action: &'static str,
) -> impl FnOnce(io::Error) -> Error {
    let path = path.into();
    move |error| Error::Cache {
        path,
        action,
        error,
    }
}
