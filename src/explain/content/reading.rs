//! What a reader makes of one content: properties, items and contents inside.

use sha2::{Digest as _, Sha256};

use crate::explain::content::fact::{Property, PropertyKind};
use crate::text::hex::hex;
use crate::text::quote;

/// Longest value that is shown whole, in bytes.
const VALUE: usize = 200;

/// One content, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// What is said of the whole: `generator`, `build id`.
    pub(crate) properties: Properties,
    /// Accounts, stanzas, sections, members, lines; in the content's own order.
    pub(crate) items: Vec<Item>,
    /// Contents inside this one, to be explained as such.
    pub(crate) inner: Vec<InnerContent>,
}

impl Reading {
    /// A content of which only its items are known.
    pub(crate) fn of_items(items: Vec<Item>) -> Self {
        Self {
            items,
            ..Self::default()
        }
    }

    /// A content of which only its properties are known.
    pub(crate) fn of_properties(properties: Properties) -> Self {
        Self {
            properties,
            ..Self::default()
        }
    }
}

/// A content inside another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InnerContent {
    /// Its name, not quoted.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

/// Something in a content that has a name and properties.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Item {
    /// Its name, quoted; items of one name are told apart by their order.
    pub(crate) name: String,
    /// What is said of it.
    pub(crate) properties: Properties,
}

impl Item {
    /// An item of this name.
    pub(crate) fn new(name: &[u8]) -> Self {
        Self {
            name: quote(name),
            properties: Properties::default(),
        }
    }

    /// The same with one more property; its value is quoted and cut.
    pub(crate) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.properties = self.properties.with(name, value);
        self
    }

    /// The same with one more property, which says when something was made or changed.
    pub(crate) fn with_time(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.properties = self.properties.with_time(name, value);
        self
    }
}

/// Names and values in the order of the content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Properties(Vec<Property>);

impl Properties {
    /// The same with one more property; its value is quoted and cut.
    pub(crate) fn with(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.and(name, value.as_ref(), PropertyKind::Other)
    }

    /// The same with one more property, which says when something was made or changed.
    pub(crate) fn with_time(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.and(name, value.as_ref(), PropertyKind::Time)
    }

    fn and(mut self, name: &str, value: &[u8], kind: PropertyKind) -> Self {
        self.0.push(Property {
            name: name.to_owned(),
            value: clipped(value),
            kind,
        });
        self
    }

    /// The first property of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Property> {
        self.0.iter().find(|property| property.name == name)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Property> {
        self.0.iter()
    }
}

/// A value for a line: quoted, and a long one cut with its length and digest, so that two
/// values that differ never look the same.
fn clipped(value: &[u8]) -> String {
    match value.get(..VALUE) {
        Some(start) if value.len() > VALUE => {
            format!(
                "{}… ({} bytes, {})",
                quote(start),
                value.len(),
                digest(value)
            )
        }
        Some(_) | None => quote(value),
    }
}

/// The first 8 bytes of a SHA-256 in hexadecimal: enough to tell two contents apart.
pub(crate) fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let start = digest.get(..8).unwrap_or_default();
    format!("sha256:{}…", hex(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_that_differ_at_their_end_do_not_look_the_same() {
        let long = |end: &str| clipped(format!("{}{end}", "x".repeat(300)).as_bytes());
        assert_ne!(long("a"), long("b"));
        assert!(long("a").len() < 300);
    }
}
