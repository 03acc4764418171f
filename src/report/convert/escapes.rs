//! Changes of the outside as escapes.

use crate::audit;
use crate::audit::change::ChangeKind;
use crate::explain::attribution::{self, EscapeAttribution};
use crate::report::convert::commands::Commands;
use crate::report::wire::divergence::DivergentField;
use crate::report::wire::outside::{AlsoBy, Escape, EscapeChange};
use crate::report::wire::script::ScriptName;
use crate::tar::time::Timestamp;
use crate::text::quote;

/// The escapes of a build, given whose each change is.
pub(crate) fn escapes(
    changes: &[audit::Change],
    attributions: &[EscapeAttribution],
    commands: &Commands<'_>,
) -> Vec<Escape> {
    let attributed = changes.iter().zip(attributions);
    attributed
        .map(|(change, attribution)| Escape {
            package: attribution.package.clone(),
            script: attribution.script.map(ScriptName),
            command: attribution
                .command
                .as_ref()
                .map(|command| commands.name(command)),
            line: attribution.line.map(|line| line as u64),
            also: attribution.also.iter().map(also).collect(),
            ..escape(change)
        })
        .collect()
}

/// A change of which nobody knows whose it is.
pub(crate) fn escape(change: &audit::Change) -> Escape {
    Escape {
        path: quote(&change.path),
        change: match change.kind {
            ChangeKind::Created => EscapeChange::Created,
            ChangeKind::Modified => EscapeChange::Modified,
            ChangeKind::Removed => EscapeChange::Removed,
            ChangeKind::Metadata => EscapeChange::Metadata,
        },
        fields: change.fields.iter().map(field).collect(),
        package: None,
        script: None,
        command: None,
        line: None,
        also: Vec::new(),
    }
}

fn also(by: &attribution::AlsoBy) -> AlsoBy {
    AlsoBy {
        package: by.package.clone(),
        script: ScriptName(by.script),
        line: by.line.map(|line| line as u64),
    }
}

fn field(field: &audit::FieldChange) -> DivergentField {
    let value = |value: &Option<audit::Value>| match value {
        Some(audit::Value::Time(at)) => Some(time(&at.to_string())),
        Some(value) => Some(value.to_string()).filter(|text| !text.is_empty()),
        None => None,
    };
    DivergentField {
        name: field.field.to_string(),
        left: value(&field.before),
        right: value(&field.after),
        detail: None,
    }
}

/// A decimal number of seconds since 1970 in RFC 3339, in UTC.
pub(crate) fn time(seconds: &str) -> String {
    Timestamp::from_pax(seconds.as_bytes()).to_string()
}
