//! Changes of the outside as lines, and how long a list of them is.

use crate::report::wire::divergence::DivergentField;
use crate::report::wire::outside::{AlsoBy, Escape};
use crate::text::quote;

/// At most `most` escapes as indented lines, their fields below them.
pub(crate) fn escapes(escapes: &[Escape], most: usize) -> String {
    let mut out: String = escapes.iter().take(most).map(escape).collect();
    if escapes.len() > most {
        let rest = escapes.len() - most;
        out.push_str(&format!("  and {rest} more, in the JSON report\n"));
    }
    out
}

/// An escape whose package and script stand above it.
pub(crate) fn of_group(escape: &Escape) -> String {
    line(escape, "")
}

fn escape(escape: &Escape) -> String {
    let by = match (&escape.package, escape.script) {
        (Some(package), Some(script)) => format!("   {package} {}", script.as_str()),
        (Some(package), None) => format!("   {package}"),
        (None, _) => String::new(),
    };
    line(escape, &by)
}

fn line(escape: &Escape, by: &str) -> String {
    let mut out = format!("  {:9} {}{by}\n", escape.change.as_str(), escape.path);
    out.extend(escape.fields.iter().map(field));
    out.extend(escape.also.iter().map(also));
    out
}

/// `    also by passwd postinst line 26`
fn also(by: &AlsoBy) -> String {
    let package = quote(by.package.as_bytes());
    let line = by.line.map(|line| format!(" line {line}"));
    let line = line.unwrap_or_default();
    format!("    also by {package} {}{line}\n", by.script.as_str())
}

fn field(field: &DivergentField) -> String {
    if field.left.is_none() && field.right.is_none() {
        return format!("    {}\n", field.name);
    }
    let value = |value: &Option<String>| value.clone().unwrap_or_default();
    let (left, right) = (value(&field.left), value(&field.right));
    let line = format!("    {:8} {left} | {right}", field.name);
    format!("{}\n", line.trim_end())
}
