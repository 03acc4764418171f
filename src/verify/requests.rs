//! Which builds a verification makes: decisions alone, nothing is built here.

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
    /// The pair's chrootless build was observed.
    pub is_observed: bool,
}

/// What is seen of the processes of a second pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondPair {
    /// None is built.
    None,
    /// Nothing: only the tarballs are compared with those of the first.
    Plain,
    /// What explains differences.
    Observed,
}

impl SecondPair {
    /// Decides by what was shown and what was asked for: when a build is observed (`trace`), and
    /// when two builds of one mode are compared (`control`).
    ///
    /// A chrootless build that could not be observed itself is made once more, by the technique
    /// that can be.
    #[must_use]
    pub fn new(shown: Shown, trace: When, control: When) -> Self {
        let is_needed = shown.is_divergent || shown.is_escaped;
        let is_wanted = |when: When| match when {
            When::Always => true,
            When::Needed => is_needed,
            When::Never => false,
        };
        let is_unseen = trace != When::Never && !shown.is_observed;
        match (trace, is_wanted(trace) || is_wanted(control) || is_unseen) {
            (_, false) => Self::None,
            (When::Never, true) => Self::Plain,
            (When::Needed | When::Always, true) => Self::Observed,
        }
    }
}
