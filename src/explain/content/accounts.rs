//! `/etc/passwd`, `group`, `shadow`, `gshadow` and their backups with a dash: passwd(5),
//! group(5), shadow(5), gshadow(5).

use bstr::ByteSlice as _;

use crate::explain::content::reading::{Item, Reading, digest};
use crate::text::date::CivilTime;

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
    let account = |line: &[u8]| {
        let mut values = line.split(|byte| *byte == b':');
        let account = Item::new(values.next().unwrap_or_default());
        let fields = names.iter().zip(values);
        fields.fold(account, |account, (name, value)| {
            with_field(account, name, value)
        })
    };
    Some(Reading::of_items(content.lines().map(account).collect()))
}

/// A line of one of the files, with a digest for the hash of a password; of other files the line as
/// it is.
pub(crate) fn without_hash(path: &[u8], line: &[u8]) -> Vec<u8> {
    let has_password = fields(path).is_some_and(|names| names.first() == Some(&"password"));
    let mut parts: Vec<Vec<u8>> = line
        .split(|byte| *byte == b':')
        .map(<[u8]>::to_vec)
        .collect();
    if let Some(password) = parts.get_mut(1).filter(|one| has_password && is_hash(one)) {
        *password = digest(password).into_bytes();
    }
    parts.join(&b':')
}

/// Whether a password is one: without it stands `x`, `*` or `!`.
fn is_hash(password: &[u8]) -> bool {
    password.len() > 3
}

/// An account with one more field as a person reads it: no hash, and days as dates.
fn with_field(account: Item, name: &str, value: &[u8]) -> Item {
    let day = || value.to_str().ok()?.parse().ok().map(date);
    match name {
        "password" if is_hash(value) => account.with(name, format!("a hash ({})", digest(value))),
        "changed" => match day() {
            Some(date) => account.with_time(name, date),
            None => account.with(name, value),
        },
        // When an account expires is a setting, and does not come from the time of the build.
        "expires" => account.with(
            name,
            day().map_or_else(|| value.to_vec(), String::into_bytes),
        ),
        _ => account.with(name, value),
    }
}

/// A day since 1970-01-01, as shadow(5) counts.
fn date(day: u32) -> String {
    let date = CivilTime::from_seconds(i64::from(day) * 86_400).date();
    format!("day {day} ({date})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_a_change_is_a_date_and_a_hash_is_not_shown() {
        let shadow = read(b"etc/shadow", b"me:$y$hash:20416:0\nyou:!::0\n").unwrap_or_default();
        let me = Item::new(b"me")
            .with("password", format!("a hash ({})", digest(b"$y$hash")))
            .with_time("changed", "day 20416 (2025-11-24)")
            .with("minimum", "0");
        let you = Item::new(b"you")
            .with("password", "!")
            .with("changed", "")
            .with("minimum", "0");
        assert_eq!(shadow, Reading::of_items(vec![me, you]));
    }
}
