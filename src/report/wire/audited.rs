//! The report of `audit`: what one command changed.

use serde::{Deserialize, Serialize};

use crate::audit::change::Change;
use crate::audit::method::Method;
use crate::report::Escape;
use crate::report::convert::escapes;
use crate::text::quote;

/// The `schema` of every such report.
const SCHEMA: &str = "twinroot.audit.v1";

/// What one command changed on the outside; rows are those of `twinroot.report.v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditReport {
    /// Always `twinroot.audit.v1`.
    pub schema: String,
    /// How it was watched.
    pub audit: String,
    /// The command, quoted where it is not plain text.
    pub command: Vec<String>,
    /// How it ended.
    pub status: String,
    /// What it changed, by path.
    pub escapes: Vec<Escape>,
}

impl AuditReport {
    /// The report on a command that ended with this status.
    #[must_use]
    pub fn new(method: Method, command: &[String], status: &str, changes: &[Change]) -> Self {
        let mut escapes: Vec<_> = changes.iter().map(escapes::row).collect();
        escapes.sort_by(|a, b| a.path.cmp(&b.path));
        Self {
            schema: SCHEMA.to_owned(),
            audit: method.as_str().to_owned(),
            command: command.iter().map(|word| quote(word.as_bytes())).collect(),
            status: status.to_owned(),
            escapes,
        }
    }
}

/// One line a change, its fields below it; nothing where nothing changed.
#[must_use]
pub fn audit_text(report: &AuditReport) -> String {
    escapes::listing(&report.escapes, usize::MAX)
}

/// The report as JSON, indented, with a newline at the end.
///
/// # Errors
/// None that this type can have.
pub fn audit_json(report: &AuditReport) -> Result<String, serde_json::Error> {
    crate::report::render::json::text(report)
}
