//! `/etc/passwd`, `group`, `shadow`, `gshadow` and their backups with a dash: passwd(5),
//! group(5), shadow(5), gshadow(5).

use bstr::ByteSlice as _;

use crate::explain::content::reading::{Reading, Record, digest};
use crate::tar::time::Timestamp;

/// Names of the fields after the account's own, by file.
const FILES: [(&[u8], &[&str]); 4] = [
    (
        b"etc/passwd",
        &["password", "uid", "gid", "gecos", "home", "shell"],
    ),
    (b"etc/group", &["password", "gid", "members"]),
    (
        b"etc/shadow",
        &[
            "password", "changed", "minimum", "maximum", "warning", "inactive", "expires", "flag",
        ],
    ),
    (b"etc/gshadow", &["password", "administrators", "members"]),
];

fn fields(path: &[u8]) -> Option<&'static [&'static str]> {
    let path = path.strip_suffix(b"-").unwrap_or(path);
    let found = FILES.iter().find(|(file, _)| *file == path);
    found.map(|(_, fields)| *fields)
}

pub(crate) fn wants(path: &[u8], _content: &[u8]) -> bool {
    fields(path).is_some()
}

pub(crate) fn read(path: &[u8], content: &[u8]) -> Option<Reading> {
    let names = fields(path)?;
    let records = content.lines().map(|line| {
        let mut values = line.split(|byte| *byte == b':');
        let account = Record::new(values.next().unwrap_or_default());
        names
            .iter()
            .zip(values)
            .fold(account, |account, (name, value)| {
                account.with(name, shown(name, value))
            })
    });
    Some(Reading {
        records: records.collect(),
        ..Reading::default()
    })
}

/// A field for a person: no hash, and days as dates.
fn shown(name: &str, value: &[u8]) -> Vec<u8> {
    match name {
        "password" if value.len() > 3 => format!("a hash ({})", digest(value)).into_bytes(),
        "changed" | "expires" => match value.to_str().ok().and_then(|day| day.parse().ok()) {
            Some(day) => date(day).into_bytes(),
            None => value.to_vec(),
        },
        _ => value.to_vec(),
    }
}

/// Day since 1970-01-01, as shadow(5) counts.
fn date(day: u32) -> String {
    let time = Timestamp::from_pax((u64::from(day) * 86_400).to_string().as_bytes()).to_string();
    let date = time.split('T').next().unwrap_or_default();
    format!("day {day} ({date})")
}
