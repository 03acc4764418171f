//! Why the job could not be done.

use serde::{Deserialize, Serialize};

/// Why the job could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// `SOURCE: where: what`, one line.
    pub what: String,
    /// One piece of advice, one line.
    pub hint: Option<String>,
}
