//! Changes of the outside as rows of a report, and as lines of text.

use crate::audit;
use crate::audit::change::ChangeKind;
use crate::report::{Change, Escape, Field};
use crate::tar::time::Timestamp;
use crate::text::quote;

/// A change that nobody has been named for.
pub(crate) fn row(change: &audit::Change) -> Escape {
    Escape {
        path: quote(&change.path),
        change: match change.kind {
            ChangeKind::Created => Change::Created,
            ChangeKind::Modified => Change::Modified,
            ChangeKind::Removed => Change::Removed,
            ChangeKind::Metadata => Change::Metadata,
        },
        fields: change.fields.iter().map(field).collect(),
        package: None,
        script: None,
        command: None,
    }
}

fn field(field: &audit::FieldChange) -> Field {
    let value = |value: &Option<audit::Value>| match value {
        Some(audit::Value::Time(at)) => Some(time(&at.to_string())),
        Some(value) => Some(value.to_string()).filter(|text| !text.is_empty()),
        None => None,
    };
    Field {
        name: field.field.to_string(),
        left: value(&field.before),
        right: value(&field.after),
        detail: None,
    }
}

/// A decimal time as a person reads it, in UTC.
pub(crate) fn time(seconds: &str) -> String {
    Timestamp::from_pax(seconds.as_bytes()).to_string()
}

/// At most `most` rows as indented lines.
pub(crate) fn listing(escapes: &[Escape], most: usize) -> String {
    let mut out = String::new();
    for escape in escapes.iter().take(most) {
        let word = match escape.change {
            Change::Created => "created",
            Change::Modified => "modified",
            Change::Removed => "removed",
            Change::Metadata => "metadata",
        };
        let by = escape.package.iter().map(|package| match escape.script {
            Some(script) => format!("   {package} {}", script.as_str()),
            None => format!("   {package}"),
        });
        out.push_str(&format!(
            "  {word:9} {}{}\n",
            escape.path,
            by.collect::<String>()
        ));
        for field in &escape.fields {
            let value = |value: &Option<String>| value.clone().unwrap_or_default();
            let line = format!("{} | {}", value(&field.left), value(&field.right));
            let line = if line == " | " { String::new() } else { line };
            out.push_str(&format!("    {:8} {line}\n", field.name).replace(" \n", "\n"));
        }
    }
    if escapes.len() > most {
        out.push_str(&format!(
            "  and {} more, in the JSON report\n",
            escapes.len() - most
        ));
    }
    out
}
