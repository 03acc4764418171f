//! Why a verification could not be done.

use std::io;
use std::path::PathBuf;

use crate::bootstrap;
use crate::bootstrap::emulation::Missing;
use crate::bootstrap::error::FailedBuild;
use crate::bootstrap::mode::BuildMode;
use crate::sandbox::idmap::IdMapError;
use crate::sandbox::launch::SandboxError;
use crate::text::quote;
use crate::verify::epoch::EpochSource;
use crate::verify::memory::TooLittleMemory;

/// Why a verification could not be done. A chrootless build that diverges or escapes is no error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Freezing the archive, making the outside system, or a build failed.
    #[error(transparent)]
    Bootstrap(#[from] bootstrap::Error),
    /// A program of this machine cannot be run.
    #[error("{program}: {error}")]
    MissingProgram {
        /// Its name.
        program: &'static str,
        /// Why not.
        error: io::Error,
    },
    /// A command that is to be audited is not on the outside system.
    #[error("{}: the outside has no such program", quote(program.as_bytes()))]
    NoSuchProgram {
        /// As it was given.
        program: String,
    },
    /// The user cannot make a user namespace that is large enough.
    #[error("user namespaces: {0}")]
    UserNamespaces(#[from] IdMapError),
    /// This machine cannot run programs of the chroot's architecture.
    #[error(transparent)]
    Emulator(#[from] Missing),
    /// apt installs from a `file:` mirror in place and copies nothing, so it cannot be frozen.
    #[error("{mirror}: apt installs from file: in place, so it can't be frozen")]
    FileMirror {
        /// The mirror.
        mirror: String,
    },
    /// There is no place for the cache.
    #[error("XDG_CACHE_HOME: neither it nor HOME is set")]
    NoCacheDirectory,
    /// The outside system was given by a path that cannot be used.
    #[error("outside {}: {error}", path.to_string_lossy())]
    Outside {
        /// The path.
        path: PathBuf,
        /// Why it cannot be used.
        error: io::Error,
    },
    /// A matching outside system was asked for, and there is no suite to match.
    #[error("outside matching: there is no suite to match")]
    NothingToMatch,
    /// The outside system has no program that a build runs on it.
    #[error("{} build by {}: the outside has no /{path}", mode.mode().label(), mode.technique())]
    OutsideLacksProgram {
        /// The build.
        mode: BuildMode,
        /// The program's path without the leading slash.
        path: &'static str,
        /// The Debian package that has it.
        package: &'static str,
    },
    /// The leak check alters a copy of the outside system, and this one cannot be copied.
    #[error("the leak check needs an outside system that twinroot made, because it alters a copy")]
    OutsideNotCopyable,
    /// There is too little memory for the builds that are to run at the same time.
    #[error(transparent)]
    TooLittleMemory(#[from] TooLittleMemory),
    /// The archive gives no date, and none was given.
    #[error("SOURCE_DATE_EPOCH: it is not set, and no Release file has a date")]
    NoEpoch,
    /// An epoch before 1970 or later than the clock: mmdebstrap would not clamp to it.
    #[error("{}: {seconds} is not between 0 and now, {now}", source_name(*from))]
    EpochOutOfRange {
        /// Where it comes from.
        from: EpochSource,
        /// Seconds since 1970.
        seconds: i64,
        /// The clock, in seconds since 1970.
        now: u64,
    },
    /// Another run keeps its files in the same directory.
    #[error("{}: another twinroot keeps its files there", directory.to_string_lossy())]
    ArtifactsLocked {
        /// The directory.
        directory: PathBuf,
    },
}

fn source_name(source: EpochSource) -> &'static str {
    match source {
        EpochSource::Argument => "source date epoch",
        EpochSource::Environment => "SOURCE_DATE_EPOCH",
        EpochSource::Release => "the Release date",
    }
}

impl Error {
    /// The build that failed, if that is the error.
    #[must_use]
    pub fn failed_build(&self) -> Option<&FailedBuild> {
        match self {
            Self::Bootstrap(error) => error.failed_build(),
            _ => None,
        }
    }

    /// The last lines of a failed build's transcript.
    #[must_use]
    pub fn tail(&self) -> &[String] {
        match self {
            Self::Bootstrap(error) => error.tail(),
            _ => &[],
        }
    }

    /// Whether a build's processes could not be observed to its end.
    #[must_use]
    pub fn is_observer_lost(&self) -> bool {
        let lost =
            |error: &bootstrap::Error| matches!(error, bootstrap::Error::ObserverLost { .. });
        matches!(self, Self::Bootstrap(error) if lost(error))
    }

    /// Whether a signal, or the failure of another build, ended the run.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        matches!(
            self,
            Self::Bootstrap(bootstrap::Error::Sandbox(SandboxError::Interrupted))
        )
    }
}

impl From<SandboxError> for Error {
    fn from(error: SandboxError) -> Self {
        Self::Bootstrap(error.into())
    }
}
