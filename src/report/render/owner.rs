//! The package that a divergent entry is held against.

use crate::report::wire::divergence::DivergentEntry;
use crate::report::wire::report::Report;

/// The package that a divergent entry belongs to: its own, or that of its cause.
pub(crate) fn owner<'a>(report: &'a Report, entry: &'a DivergentEntry) -> Option<&'a str> {
    let of_cause = || {
        let id = entry.cause.as_ref()?;
        let cause = report.causes.iter().find(|cause| cause.id == *id)?;
        cause.package.as_deref()
    };
    entry.package.as_deref().or_else(of_cause)
}
