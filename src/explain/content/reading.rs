//! What a reader made of one content, and how two of those differ.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::text::hex::hex;
use crate::text::quote;

/// Longest value that is shown whole, in bytes.
const VALUE: usize = 200;
/// Fields shown of a record that only one side has.
const SHOWN: usize = 6;

/// One content, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// What is said of the whole: `generator`, `build id`.
    pub(crate) facts: Record,
    /// Accounts, stanzas, sections, members, lines; in the content's own order.
    pub(crate) records: Vec<Record>,
    /// Contents inside this one by name, to be explained as such.
    pub(crate) parts: Vec<(String, Vec<u8>)>,
}

/// Something with a name and fields, as text that is quoted already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its name; two of one name are told apart by their order.
    pub(crate) key: String,
    /// Names and values.
    pub(crate) fields: Vec<(String, String)>,
}

impl Record {
    /// A record of this name.
    pub(crate) fn new(key: &[u8]) -> Self {
        Self {
            key: quote(key),
            fields: Vec::new(),
        }
    }

    /// The same with a field more; its value is quoted and clipped.
    pub(crate) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.fields.push((name.to_owned(), clipped(value.as_ref())));
        self
    }

    fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
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

/// The start of a SHA-256 in hexadecimal: enough to tell two contents apart.
pub(crate) fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let start = hex(digest.get(..8).unwrap_or_default());
    format!("sha256:{start}…")
}

/// What differs between two readings, a line each: facts, then records.
///
/// `noun` is what a record is called.
pub(crate) fn differences(noun: &str, left: &Reading, right: &Reading) -> Vec<String> {
    let mut lines = changes("", &left.facts, &right.facts);
    let (old, new) = (numbered(&left.records), numbered(&right.records));
    for (key, record) in &old {
        match new.get(key) {
            None => lines.push(format!("{noun} {} only left{}", named(key), about(record))),
            Some(other) => {
                lines.extend(changes(&format!("{noun} {}: ", named(key)), record, other))
            }
        }
    }
    for (key, record) in &new {
        if !old.contains_key(key) {
            lines.push(format!("{noun} {} only right{}", named(key), about(record)));
        }
    }
    let order = |records: &[Record], other: &BTreeMap<(String, usize), &Record>| {
        let keys = keys(records).into_iter();
        keys.filter(|key| other.contains_key(key))
            .collect::<Vec<_>>()
    };
    if order(&left.records, &new) != order(&right.records, &old) {
        let same = if lines.is_empty() {
            "the same"
        } else {
            "common"
        };
        lines.push(format!("{same} {noun}s stand in another order"));
    }
    lines
}

/// Each record's name, and which of that name it is.
fn keys(records: &[Record]) -> Vec<(String, usize)> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut number = |key| {
        let count = seen.entry(key).or_insert(0);
        *count += 1;
        *count
    };
    records
        .iter()
        .map(|record| (record.key.clone(), number(record.key.as_str())))
        .collect()
}

fn numbered(records: &[Record]) -> BTreeMap<(String, usize), &Record> {
    keys(records).into_iter().zip(records).collect()
}

/// A record's name, with its number where it is not the first of that name.
fn named((name, number): &(String, usize)) -> String {
    match number {
        1 => name.clone(),
        number => format!("{name} (number {number} of this name)"),
    }
}

/// Fields of two records that differ.
fn changes(of: &str, left: &Record, right: &Record) -> Vec<String> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in left.fields.iter().chain(&right.fields) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let value = |record: &Record, name: &str| {
        let value = record.field(name).unwrap_or("none").to_owned();
        if value.is_empty() {
            "empty".to_owned()
        } else {
            value
        }
    };
    names
        .into_iter()
        .filter(|name| left.field(name) != right.field(name))
        .map(|name| format!("{of}{name} {} | {}", value(left, name), value(right, name)))
        .collect()
}

/// A record in a few words.
fn about(record: &Record) -> String {
    let fields = record.fields.iter().filter(|(_, value)| !value.is_empty());
    let fields: Vec<_> = fields
        .take(SHOWN)
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    if fields.is_empty() {
        String::new()
    } else {
        format!(": {}", fields.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(records: Vec<Record>) -> Reading {
        Reading {
            records,
            ..Reading::default()
        }
    }

    #[test]
    fn records_pair_by_name_and_number_and_their_order_counts() {
        let a = || Record::new(b"a").with("uid", "1");
        let left = reading(vec![a(), Record::new(b"b").with("uid", "2"), a()]);
        let right = reading(vec![
            Record::new(b"c"),
            a(),
            Record::new(b"a").with("uid", ""),
        ]);
        assert_eq!(
            differences("account", &left, &right),
            [
                "account a (number 2 of this name): uid 1 | empty",
                "account b only left: uid 2",
                "account c only right",
            ]
        );
        let turned = reading(vec![Record::new(b"b").with("uid", "2"), a(), a()]);
        assert_eq!(
            differences("account", &left, &turned),
            ["the same accounts stand in another order"]
        );
    }

    #[test]
    fn long_values_that_differ_at_their_end_do_not_look_the_same() {
        let long = |end: &str| clipped(format!("{}{end}", "x".repeat(300)).as_bytes());
        assert_ne!(long("a"), long("b"));
        assert!(long("a").len() < 300);
    }
}
