//! A verification that could not be done, as a report.

use crate::report::convert::verification::{Advice, trouble_of_error};
use crate::report::wire::report::Report;
use crate::report::wire::verdict::Verdict;
use crate::verify::error::Error;

impl Report {
    /// The report of a verification that could not be done.
    #[must_use]
    pub fn of_trouble(error: &Error, advice: &Advice<'_>) -> Self {
        Self {
            trouble: Some(trouble_of_error(error, advice)),
            ..Self::uncompared(Verdict::Failed, ["normal", "chrootless"])
        }
    }
}
