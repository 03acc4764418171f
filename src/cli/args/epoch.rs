//! `SOURCE_DATE_EPOCH` of the environment
//! (<https://reproducible-builds.org/specs/source-date-epoch/>).
#![expect(clippy::disallowed_methods, reason = "the variable is an argument")]

use std::env;

use crate::text::quote;

/// The value of the variable is not a number of seconds.
#[derive(Debug, thiserror::Error)]
#[error("{NAME}: {}", self.why())]
pub(crate) struct NoEpoch {
    value: String,
}

impl NoEpoch {
    /// What is wrong with the value.
    pub(crate) fn why(&self) -> String {
        let value = quote(self.value.as_bytes());
        format!("`{value}` is not a number of seconds since 1970")
    }
}

/// Name of the variable.
pub(crate) const NAME: &str = "SOURCE_DATE_EPOCH";

/// Seconds since 1970, or `None` if the variable is not set.
///
/// # Errors
/// The value is not a number.
pub(crate) fn from_environment() -> Result<Option<i64>, NoEpoch> {
    let Some(value) = env::var_os(NAME) else {
        return Ok(None);
    };
    let value = value.to_string_lossy().into_owned();
    value.parse().map(Some).map_err(|_| NoEpoch { value })
}
