//! What a verification gives: one finished value.

use std::fs::File;

use crate::compare::side::Sides;
use crate::explain::package_verdict::PackageVerdict;
use crate::verify::error::Error;
use crate::verify::facts::Facts;
use crate::verify::findings::Findings;
use crate::verify::timings::Timings;
use crate::verify::verdict::{Strictness, Verdict};

/// Everything that one verification found.
#[derive(Debug)]
pub struct Verification {
    /// What the builds gave.
    pub facts: Facts,
    /// What explains it, and what follows for each package.
    pub findings: Findings,
    /// The tarballs of the pair, the normal one left, in unlinked temporary files; `None` unless
    /// [`Options::tarballs`](crate::verify::options::Options::tarballs) asks for them and both were
    /// made.
    pub tarballs: Option<Sides<File>>,
    /// How long it took.
    pub timings: Timings,
}

impl Verification {
    /// The outcome in one word: the gravest of all builds.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.facts.verdict()
    }

    /// 0 identical and nothing outside modified, 1 divergent, escaped or unbuildable, 2 if the job
    /// could not be done. If attempts count, 1 also for a latent package.
    #[must_use]
    pub fn exit_status(&self, strictness: Strictness) -> u8 {
        let mut packages = self.findings.packages.iter();
        let is_latent = packages.any(|package| package.verdict == PackageVerdict::Latent);
        let of_attempts = match strictness {
            Strictness::Effects => 0,
            Strictness::Attempts => u8::from(is_latent),
        };
        self.verdict().exit_status().max(of_attempts)
    }

    /// The first extra build that could not be made, unless its failure is a finding.
    #[must_use]
    pub fn failure(&self) -> Option<&Error> {
        self.facts.failure()
    }
}
