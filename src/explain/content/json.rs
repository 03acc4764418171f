//! JSON (RFC 8259): values by their path, for example `config.Env[0]`.

use serde_json::Value;

use crate::explain::content::reading::{Item, Reading};

/// Largest content that is read, in bytes.
const LARGEST: usize = 4 << 20;
/// Most values of one content.
const VALUES: usize = 20_000;

pub(crate) fn wants(_path: &[u8], content: &[u8]) -> bool {
    let start = content.trim_ascii_start();
    (start.starts_with(b"{") || start.starts_with(b"[")) && content.len() <= LARGEST
}

pub(crate) fn read(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let document: Value = serde_json::from_slice(content).ok()?;
    let mut items = Vec::new();
    collect(String::new(), &document, &mut items)?;
    Some(Reading::of_items(items))
}

/// The values below a path; `None` if there are too many.
fn collect(path: String, value: &Value, items: &mut Vec<Item>) -> Option<()> {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                let path = match path.as_str() {
                    "" => name.clone(),
                    path => format!("{path}.{name}"),
                };
                collect(path, value, items)?;
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for (at, value) in elements.iter().enumerate() {
                collect(format!("{path}[{at}]"), value, items)?;
            }
        }
        Value::String(text) => push(path, text, items)?,
        other => push(path, &other.to_string(), items)?,
    }
    Some(())
}

fn push(path: String, value: &str, items: &mut Vec<Item>) -> Option<()> {
    items.push(Item::new(path.as_bytes()).with("is", value));
    (items.len() <= VALUES).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_a_path() {
        let document = br#" {"a": {"b": ["x", 1, null]}, "c": {}, "d": true}"#;
        let items = read(b"", document).map(|reading| reading.items);
        let item = |path: &str, value: &str| Item::new(path.as_bytes()).with("is", value);
        let expected = [
            item("a.b[0]", "x"),
            item("a.b[1]", "1"),
            item("a.b[2]", "null"),
            item("c", "{}"),
            item("d", "true"),
        ];
        assert_eq!(items, Some(expected.to_vec()));
        assert_eq!(read(b"", b"{broken"), None);
    }
}
