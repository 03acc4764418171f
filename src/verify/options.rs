//! What a verification is asked to do: everything is decided here, nothing below reads an
//! argument or the environment.

use std::path::PathBuf;
use std::sync::Arc;

use crate::audit::method::Method;
use crate::bootstrap::cache::Freshness;
use crate::bootstrap::command::mmdebstrap::{Expired, Mode};
use crate::bootstrap::mode::BuildMode;
use crate::bootstrap::outside::Choice;
use crate::sandbox::launch::Interrupts;
use crate::verify::artifacts::Artifacts;
use crate::verify::environment::Environment;
use crate::verify::epoch::GivenEpoch;
use crate::verify::requests::{Requests, When};

/// How many failing maintainer scripts are passed over, if nobody says otherwise: each takes one
/// more build.
pub const MAX_FAILING: usize = 8;

/// Everything that [`verify`](crate::verify::verify) is asked to do.
#[derive(Debug)]
pub struct Options {
    /// What all builds share.
    pub subject: Subject,
    /// Which builds are made and compared.
    pub requests: Requests,
    /// Whether chrootless builds on altered outside systems are added.
    pub leak_check: LeakCheck,
    /// Most maintainer scripts that may fail in chrootless builds. If more fail, nothing is
    /// compared.
    pub max_failing: usize,
    /// How many builds run at the same time.
    pub concurrency: Concurrency,
    /// When a second pair is built under observation; never, if no build is observed.
    pub trace: When,
    /// When a second pair is built to find what differs from run to run.
    pub control: When,
    /// Whether the tarballs of the pair are part of the result.
    pub tarballs: Tarballs,
    /// Where tarballs and transcripts are kept.
    pub artifacts: Option<Artifacts>,
    /// Ends the run when it is raised. Share it with a signal handler.
    pub interrupts: Arc<Interrupts>,
}

/// What is built, from what, and on what.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Suite or code name.
    pub suite: String,
    /// mmdebstrap's MIRROR, or a directory of this machine; mmdebstrap's default if `None`.
    pub mirror: Option<String>,
    /// mmdebstrap's `--variant`.
    pub variant: String,
    /// Further packages.
    pub include: Vec<String>,
    /// apt options, `Key "value"`. They stay in the tarball.
    pub aptopts: Vec<String>,
    /// Files or directories of OpenPGP keys that the archive is verified with.
    pub keyrings: Vec<PathBuf>,
    /// Further lines of sources.list. They stay in the tarball.
    pub extra_repos: Vec<String>,
    /// Package files that replace the archive's packages of the same name.
    pub debs: Vec<PathBuf>,
    /// Debian architecture of the chroot; the machine's own if `None`.
    pub architecture: Option<String>,
    /// Where the matching outside system of a foreign chroot comes from.
    pub outside_mirror: Option<String>,
    /// The system that chrootless maintainer scripts run on.
    pub outside: Choice,
    /// How the outside is watched.
    pub audit: Method,
    /// `SOURCE_DATE_EPOCH`; the date of the suite's Release file if `None`.
    pub epoch: Option<GivenEpoch>,
    /// Whether a Release file that has expired is accepted.
    pub expired: Expired,
    /// Whether a cached archive snapshot is used.
    pub freshness: Freshness,
    /// The machine that the builds run on.
    pub environment: Environment,
}

/// Whether chrootless builds on altered outside systems are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeakCheck {
    /// They are.
    On,
    /// They are not.
    Off,
}

/// What becomes of the tarballs of the pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tarballs {
    /// They are in unlinked temporary files, to be read again.
    Kept,
    /// They are gone when they were compared, unless further builds need them.
    Dropped,
}

/// How many builds run at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concurrency {
    /// One after the other; the first tarball is buffered in an unlinked temporary file.
    One,
    /// Two.
    Two,
}

impl Concurrency {
    /// The number of builds.
    #[must_use]
    pub fn workers(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

impl Subject {
    /// A suite's Essential set for this machine's architecture, on a matching outside system that
    /// is watched through an overlay.
    #[must_use]
    pub fn new(suite: &str, environment: Environment) -> Self {
        Self {
            suite: suite.to_owned(),
            mirror: None,
            variant: "essential".to_owned(),
            include: Vec::new(),
            aptopts: Vec::new(),
            keyrings: Vec::new(),
            extra_repos: Vec::new(),
            debs: Vec::new(),
            architecture: None,
            outside_mirror: None,
            outside: Choice::Matching,
            audit: Method::Overlay,
            epoch: None,
            expired: Expired::Refuse,
            freshness: Freshness::Cached,
            environment,
        }
    }

    /// Architecture of the chroot.
    pub(crate) fn target_architecture(&self) -> &str {
        let own = &self.environment.architecture;
        self.architecture.as_deref().unwrap_or(own)
    }

    /// Whether the chroot is of another architecture than the machine.
    pub(crate) fn is_foreign(&self) -> bool {
        self.target_architecture() != self.environment.architecture
    }

    /// Whether this machine must run programs of another architecture for these builds.
    pub(crate) fn needs_emulator(&self, modes: &[BuildMode]) -> bool {
        self.is_foreign() && modes.iter().any(|mode| mode.mode() == Mode::Normal)
    }
}

impl Options {
    /// One normal and one chrootless build of a subject, observed and controlled if they differ.
    #[must_use]
    pub fn new(subject: Subject) -> Self {
        Self {
            subject,
            requests: Requests::default(),
            leak_check: LeakCheck::Off,
            max_failing: MAX_FAILING,
            concurrency: Concurrency::Two,
            trace: When::Needed,
            control: When::Needed,
            tarballs: Tarballs::Dropped,
            artifacts: None,
            interrupts: Arc::default(),
        }
    }
}
