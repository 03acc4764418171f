//! The report of `audit`, `twinroot.audit.v1`: what one command changed on the outside.

use serde::{Deserialize, Serialize};

use crate::report::wire::outside::{AuditMethod, Escape};

/// The `schema` of every such report.
pub const AUDIT_SCHEMA: &str = "twinroot.audit.v1";

/// What one command changed on the outside; rows are those of `twinroot.report.v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditReport {
    /// Always [`AUDIT_SCHEMA`].
    pub schema: String,
    /// How the outside was watched.
    pub audit: AuditMethod,
    /// The words of the command, each quoted if it is not plain text.
    pub command: Vec<String>,
    /// How the command ended.
    pub status: String,
    /// What it changed, by path.
    pub escapes: Vec<Escape>,
    /// What else there is to say of the run, as sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}
