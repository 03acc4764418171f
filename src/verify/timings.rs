//! How long the steps of a verification took.

use std::time::{Duration, Instant};

/// How long the steps of a verification took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timings {
    /// Freezing the archive and making the outside systems.
    pub prepare: Duration,
    /// The compared builds.
    pub build_and_compare: Duration,
    /// The second pair.
    pub observe: Duration,
    /// The audit of the pair's chrootless build, a part of building.
    pub audit: Duration,
    /// Finding causes.
    pub explain: Duration,
}

/// Measures one step after the other.
#[derive(Debug)]
pub(crate) struct Clock {
    last: Instant,
}

impl Clock {
    /// The first step begins.
    pub(crate) fn start() -> Self {
        Self {
            last: Instant::now(),
        }
    }

    /// How long the step took that ends now; the next one begins.
    pub(crate) fn lap(&mut self) -> Duration {
        let now = Instant::now();
        let lap = now - self.last;
        self.last = now;
        lap
    }
}
