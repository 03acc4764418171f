//! The report of `audit`.

use crate::audit::change::Change;
use crate::audit::method::Method;
use crate::report::convert::escapes::escape;
use crate::report::wire::audit::{AUDIT_SCHEMA, AuditReport};
use crate::report::wire::outside::AuditMethod;
use crate::text::quote;

impl AuditReport {
    /// The report on a command that ended with this status.
    #[must_use]
    pub fn new(method: Method, command: &[String], status: &str, changes: &[Change]) -> Self {
        let mut escapes: Vec<_> = changes.iter().map(escape).collect();
        escapes.sort_by(|a, b| a.path.cmp(&b.path));
        Self {
            schema: AUDIT_SCHEMA.to_owned(),
            audit: method.into(),
            command: command.iter().map(|word| quote(word.as_bytes())).collect(),
            status: status.to_owned(),
            escapes,
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
