//! Files of which little more can be said than whether they are empty, zero or random.

use crate::explain::content::reading::{Properties, Reading, digest};

/// Files of records of one size, in bytes: lastlog(8), faillog(5), wtmp(5).
const LOGINS: [(&[u8], usize); 4] = [
    (b"var/log/lastlog", 292),
    (b"var/log/faillog", 32),
    (b"var/log/wtmp", 384),
    (b"var/log/btmp", 384),
];

fn record_size(path: &[u8]) -> Option<usize> {
    let found = LOGINS.iter().find(|(log, _)| *log == path);
    found.map(|(_, size)| *size)
}

pub(crate) fn wants_logins(path: &[u8], _content: &[u8]) -> bool {
    record_size(path).is_some()
}

pub(crate) fn read_logins(path: &[u8], content: &[u8]) -> Option<Reading> {
    let size = record_size(path)?;
    let used = content
        .chunks(size)
        .filter(|one| one.iter().any(|byte| *byte != 0));
    let used = match used.count() {
        0 => "all zero".to_owned(),
        count => format!("{count} not zero: {}", digest(content)),
    };
    let (bytes, records) = (content.len(), content.len() / size);
    let properties =
        Properties::default().with("records", format!("{records} in {bytes} bytes, {used}"));
    Some(Reading::of_properties(properties))
}

pub(crate) fn wants_machine_id(path: &[u8], _content: &[u8]) -> bool {
    matches!(path, b"etc/machine-id" | b"var/lib/dbus/machine-id")
}

/// 32 hexadecimal digits, nothing, or a word (machine-id(5)).
pub(crate) fn read_machine_id(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let id = content.trim_ascii_end();
    let is_id = id.len() == 32 && id.iter().all(u8::is_ascii_hexdigit);
    let value = match id {
        b"" => b"empty".to_vec(),
        id if is_id => [b"random, ", id].concat(),
        id => id.to_vec(),
    };
    let properties = Properties::default().with("machine id", value);
    Some(Reading::of_properties(properties))
}

pub(crate) fn wants_seed(path: &[u8], _content: &[u8]) -> bool {
    path.ends_with(b"/random-seed")
}

pub(crate) fn read_seed(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let kinds: std::collections::BTreeSet<u8> = content.iter().copied().collect();
    // 512 random bytes have some 220 different values; a text has fewer than a hundred.
    let what = match (content.len(), kinds.len()) {
        (0, _) => "empty".to_owned(),
        (length, 1) => format!("{length} equal bytes"),
        (length, kinds) => format!("{length} bytes of {kinds} values: {}", digest(content)),
    };
    let properties = Properties::default().with("seed", what);
    Some(Reading::of_properties(properties))
}
