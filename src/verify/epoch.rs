//! Where `SOURCE_DATE_EPOCH` comes from.

/// A `SOURCE_DATE_EPOCH` that the user gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenEpoch {
    /// Seconds since 1970-01-01 00:00 UTC.
    pub seconds: i64,
    /// How it was given.
    pub source: EpochSource,
}

/// Where an epoch comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EpochSource {
    /// An option.
    Argument,
    /// The environment variable `SOURCE_DATE_EPOCH`.
    Environment,
    /// The date of the suite's Release file.
    Release,
}
