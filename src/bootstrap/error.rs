//! Why something could not be frozen, built or made: one variant per cause.
//!
//! The sentences name no option of the command line and give no advice; `cli::output::hints`
//! does both, from the fields.

use std::io;
use std::path::PathBuf;

use crate::bootstrap::emulation::Missing;
use crate::bootstrap::mirror::error::MirrorError;
use crate::bootstrap::mode::{BuildMode, Program};
use crate::bootstrap::transcript::{AptProblem, BuildFailure};
use crate::debian::deb_file::DebError;
use crate::sandbox::idmap::IdMapError;
use crate::sandbox::launch::SandboxError;

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
    /// mmdebstrap, or a program that it ran, failed.
    #[error("{0}")]
    BuildFailed(Box<FailedBuild>),
    /// The user's directory of packages has the packages of the chroot, but not those that a
    /// matching outside needs besides.
    #[error("{failed}")]
    MirrorLacksOutside {
        /// All packages that the outside needs besides the chroot's.
        packages: Vec<String>,
        /// The build that did not find one of them.
        failed: Box<FailedBuild>,
    },
    /// A program that every run needs could not be started.
    #[error("{program}: {error}")]
    MissingProgram {
        /// Its name, which is the name of its Debian package too.
        program: &'static str,
        /// The kernel's reason.
        error: io::Error,
    },
    /// The user has no ids to give to a sandbox.
    #[error("user namespaces: {0}")]
    UserNamespaces(#[from] IdMapError),
    /// The environment does not say where the user's caches are.
    #[error("XDG_CACHE_HOME: neither it nor HOME is set")]
    NoCacheDirectory,
    /// `SOURCE_DATE_EPOCH` of the environment is not a number of seconds.
    #[error("SOURCE_DATE_EPOCH: `{value}` is no number of seconds")]
    InvalidEpoch {
        /// The value, quoted for a terminal.
        value: String,
    },
    /// Nothing says which time the builds are to have.
    #[error("SOURCE_DATE_EPOCH: it is not set, and no Release file has a date")]
    NoEpoch,
    /// The builds' time is before 1970 or in the future.
    #[error("{origin}: {epoch} is not between 0 and now, {now}")]
    EpochOutOfRange {
        /// Where the value comes from.
        origin: EpochSource,
        /// The value, in seconds since 1970.
        epoch: i64,
        /// The machine's clock, in seconds since 1970.
        now: u64,
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
    /// A mirror is a `file:` URI. apt installs from it in place, so that there would be no copy.
    #[error("{uri}: apt installs from file: in place, so it can't be frozen")]
    FileMirror {
        /// The URI.
        uri: String,
    },
    /// The archive has no package index that local packages could be put into.
    #[error("the archive has no package index to put local packages into")]
    NoPackageIndex,
    /// A package that apt fetched is not the one that the index names.
    #[error("{file}: its SHA-256 is {sha256}, the index has another")]
    DigestMismatch {
        /// The package file's name in the pool.
        file: String,
        /// The digest of what was fetched, hexadecimal.
        sha256: String,
    },
    /// This machine cannot run the chroot's programs.
    #[error("{architecture}: {missing}")]
    Emulator {
        /// Debian architecture of the chroot.
        architecture: String,
        /// What the machine has not.
        missing: Missing,
    },
    /// The outside lacks a program that a build mode runs there.
    #[error("{}: the outside has no /{}", mode.technique(), program.path)]
    OutsideLacksProgram {
        /// The build mode.
        mode: BuildMode,
        /// The program, and the package that has it.
        program: Program,
    },
    /// Writes that fail can only be seen with strace(1), which the outside has not.
    #[error("the outside has no strace, so writes that fail can't be seen")]
    NoStrace,
    /// The path of the outside leads nowhere.
    #[error("{given}: {error}")]
    OutsideNotFound {
        /// The path as the user wrote it.
        given: String,
        /// The kernel's reason.
        error: io::Error,
    },
    /// A matching outside was asked for, and there is no suite that it could match.
    #[error("there is no suite to match")]
    NothingToMatch,
    /// The outside is this machine or a directory of the user's, which is not copied.
    #[error("it alters a copy of the outside, and this one is not twinroot's to copy")]
    OutsideNotCopied,
    /// Another run writes its files to the same directory.
    #[error("{}: another twinroot keeps its files there", directory.to_string_lossy())]
    ArtifactsLocked {
        /// The directory.
        directory: PathBuf,
    },
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
}

/// Where the builds' `SOURCE_DATE_EPOCH` comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EpochSource {
    /// The command line.
    Given,
    /// The environment.
    Environment,
    /// The Release file of the frozen suite.
    Release,
}

impl std::fmt::Display for EpochSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Given => "the epoch",
            Self::Environment => "SOURCE_DATE_EPOCH",
            Self::Release => "the Release date",
        })
    }
}

impl Error {
    /// The build that failed, if that is the error.
    #[must_use]
    pub fn failed_build(&self) -> Option<&FailedBuild> {
        match self {
            Self::BuildFailed(failed) | Self::MirrorLacksOutside { failed, .. } => Some(failed),
            _ => None,
        }
    }

    /// The lines of a failed build's transcript that are worth reading.
    #[must_use]
    pub fn tail(&self) -> &[String] {
        self.failed_build().map_or(&[], |failed| &failed.tail)
    }

    /// Whether a signal, or the end of another build, ended the work.
    #[must_use]
    pub fn is_interrupt(&self) -> bool {
        matches!(self, Self::Sandbox(SandboxError::Interrupted))
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
