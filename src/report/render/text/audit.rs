//! The report of `audit` as text.

use crate::report::render::text::escapes::escapes;
use crate::report::wire::audit::AuditReport;
use crate::text::quote::visible;

/// One line for each change, its fields below it; nothing if nothing changed. Warnings come last.
#[must_use]
pub fn audit_text(report: &AuditReport) -> String {
    let mut text = escapes(&report.escapes, usize::MAX);
    for warning in &report.warnings {
        text.push_str("warning: ");
        text.push_str(warning);
        text.push('\n');
    }
    visible(text)
}
