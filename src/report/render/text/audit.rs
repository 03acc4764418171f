//! The report of `audit` as text.

use crate::report::render::text::escapes::escapes;
use crate::report::wire::audit::AuditReport;
use crate::text::quote::for_terminal;

/// One line for each change, its fields below it; nothing if nothing changed.
#[must_use]
pub fn audit_text(report: &AuditReport) -> String {
    for_terminal(&escapes(&report.escapes, usize::MAX))
}
