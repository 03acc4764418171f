//! Which builds a verification makes: decisions alone, nothing is built here.

use crate::audit::method::Method;
use crate::bootstrap::command::mmdebstrap::Mode;
use crate::bootstrap::mode::{BuildMode, NormalMode, Technique};

/// The builds that are asked for: a pair that is compared entry by entry and explained, and
/// extra builds, each compared with the pair's normal build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    /// The pair.
    pub pair: PairModes,
    /// All others, in the order in which they were named.
    pub extra: Vec<BuildMode>,
}

/// The two builds that are compared entry by entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairModes {
    /// The reference.
    pub normal: BuildMode,
    /// The build that is compared with it.
    pub chrootless: BuildMode,
}

impl Default for Requests {
    fn default() -> Self {
        let [normal, chrootless] = BuildMode::ORDINARY;
        Self {
            pair: PairModes { normal, chrootless },
            extra: Vec::new(),
        }
    }
}

impl Requests {
    /// The first normal mode and the first technique make the pair; the others are extra builds.
    /// What is named twice is built once.
    #[must_use]
    pub fn new(normal: &[NormalMode], chrootless: &[Technique]) -> Self {
        let mut requests = Self::default();
        let normal = distinct(normal.iter().map(|mode| BuildMode::Normal(*mode)));
        let chrootless = distinct(chrootless.iter().map(|one| BuildMode::Chrootless(*one)));
        let (mut normal, mut chrootless) = (normal.into_iter(), chrootless.into_iter());
        requests.pair.normal = normal.next().unwrap_or(requests.pair.normal);
        requests.pair.chrootless = chrootless.next().unwrap_or(requests.pair.chrootless);
        requests.extra = normal.chain(chrootless).collect();
        requests
    }

    /// The plain chrootless build, if nobody asked for it: what diverges in it as well does not
    /// come from a technique. It is made only if something diverges.
    #[must_use]
    pub fn plain_if_missing(&self) -> Option<BuildMode> {
        let [_, plain] = BuildMode::ORDINARY;
        (!self.modes().contains(&plain)).then_some(plain)
    }

    /// Every mode that was asked for.
    #[must_use]
    pub fn modes(&self) -> Vec<BuildMode> {
        let pair = [self.pair.normal, self.pair.chrootless];
        pair.into_iter().chain(self.extra.iter().copied()).collect()
    }

    /// Whether there may be builds besides the pair, for which the reference must be kept.
    #[must_use]
    pub fn may_have_extra_builds(&self) -> bool {
        !self.extra.is_empty() || self.plain_if_missing().is_some()
    }
}

fn distinct(modes: impl Iterator<Item = BuildMode>) -> Vec<BuildMode> {
    let mut kept = Vec::new();
    for mode in modes {
        if !kept.contains(&mode) {
            kept.push(mode);
        }
    }
    kept
}

/// When further builds are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Whatever the result is.
    Always,
    /// If something differs or escaped.
    Needed,
    /// Never.
    Never,
}

/// What the compared builds showed, as far as it decides which builds are made next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Some tarball differs from the reference.
    pub is_divergent: bool,
    /// Some build changed the outside.
    pub is_escaped: bool,
    /// The chroot is of another architecture than the outside system.
    pub is_foreign: bool,
    /// How the outside is watched.
    pub audit: Method,
}

/// Which builds are made to explain what the compared ones showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObservationRequests {
    /// The normal build under observation.
    pub normal: bool,
    /// The chrootless build under observation.
    pub chrootless: bool,
    /// Chrootless builds on altered outside systems under observation.
    pub altered: bool,
    /// Two normal builds compared with each other.
    pub control: bool,
}

impl ObservationRequests {
    /// No further build.
    pub const NONE: Self = Self {
        normal: false,
        chrootless: false,
        altered: false,
        control: false,
    };

    /// Decides by what was shown and what was asked for. A read-only audit sees nothing without
    /// an observed chrootless build, and for a foreign chroot it proves that nothing of it ran.
    #[must_use]
    pub fn new(shown: Shown, trace: When, control: When) -> Self {
        let is_wanted = |when: When, is_needed: bool| match when {
            When::Always => true,
            When::Needed => is_needed,
            When::Never => false,
        };
        let both = is_wanted(trace, shown.is_divergent || shown.is_escaped);
        let is_proof = shown.is_foreign && trace != When::Never;
        Self {
            normal: both,
            chrootless: both || is_proof || shown.audit == Method::ReadOnly,
            altered: both,
            control: is_wanted(control, shown.is_divergent),
        }
    }

    /// The modes that are observed.
    #[must_use]
    pub fn observed(self) -> Vec<Mode> {
        let modes = [
            (self.normal, Mode::Normal),
            (self.chrootless, Mode::Chrootless),
        ];
        let wanted = modes.into_iter().filter(|(is_wanted, _)| *is_wanted);
        wanted.map(|(_, mode)| mode).collect()
    }
}
