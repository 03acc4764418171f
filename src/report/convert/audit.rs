//! The report of `audit`.

use crate::audit::method::Method;
use crate::report::convert::escapes::escape;
use crate::report::sentences::warning::sentence;
use crate::report::wire::audit::{AUDIT_SCHEMA, AuditReport};
use crate::report::wire::outside::AuditMethod;
use crate::text::quote;
use crate::verify::command_audit::Audited;

impl AuditReport {
    /// The report on a command.
    #[must_use]
    pub fn new(method: Method, command: &[String], audited: &Audited) -> Self {
        let mut escapes: Vec<_> = audited.changes.iter().map(escape).collect();
        escapes.sort_by(|a, b| a.path.cmp(&b.path));
        Self {
            schema: AUDIT_SCHEMA.to_owned(),
            audit: method.into(),
            command: command.iter().map(|word| quote(word.as_bytes())).collect(),
            status: audited.status.to_string(),
            escapes,
            warnings: audited.warnings.iter().map(sentence).collect(),
        }
    }
}

impl From<Method> for AuditMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::Overlay => Self::Overlay,
            Method::Snapshot => Self::Snapshot,
            Method::ReadOnly => Self::ReadOnly,
            Method::Off => Self::Off,
        }
    }
}
