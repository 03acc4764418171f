//! dpkg's own small databases: diversions, statoverride, alternatives, md5sums
//! (dpkg-divert(1), dpkg-statoverride(1), update-alternatives(1), deb-md5sums(5)).

use bstr::ByteSlice as _;

use crate::debian::maintainer_script::InfoFile;
use crate::explain::content::reading::{Item, Properties, Reading};

pub(crate) fn wants_diversions(path: &[u8], _content: &[u8]) -> bool {
    matches!(
        path,
        b"var/lib/dpkg/diversions" | b"var/lib/dpkg/diversions-old"
    )
}

/// Three lines each: the name, the name it goes to, the package (`:` is the administrator).
pub(crate) fn read_diversions(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let lines: Vec<&[u8]> = content.lines().collect();
    let item = |three: &[&[u8]]| match three {
        [from, to, package] => Some(Item::new(from).with("to", to).with("package", package)),
        _ => None,
    };
    let items = lines.chunks(3).map(item).collect::<Option<_>>()?;
    Some(Reading::of_items(items))
}

pub(crate) fn wants_overrides(path: &[u8], _content: &[u8]) -> bool {
    matches!(
        path,
        b"var/lib/dpkg/statoverride" | b"var/lib/dpkg/statoverride-old"
    )
}

/// A line each: user, group, mode, path.
pub(crate) fn read_overrides(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let item = |line: &[u8]| {
        let words: Vec<&[u8]> = line.splitn_str(4, " ").collect();
        match words[..] {
            [user, group, mode, path] => Some(
                Item::new(path)
                    .with("user", user)
                    .with("group", group)
                    .with("mode", mode),
            ),
            _ => None,
        }
    };
    let items = content.lines().map(item).collect::<Option<_>>()?;
    Some(Reading::of_items(items))
}

pub(crate) fn wants_sums(path: &[u8], _content: &[u8]) -> bool {
    InfoFile::from_path(path).is_some_and(|file| file.kind == b"md5sums")
}

/// A line each: 32 hexadecimal digits, two blanks, path.
pub(crate) fn read_sums(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let item = |line: &[u8]| {
        let (sum, path) = line.split_once_str("  ")?;
        Some(Item::new(path).with("md5", sum))
    };
    let items = content.lines().map(item).collect::<Option<_>>()?;
    Some(Reading::of_items(items))
}

pub(crate) fn wants_alternatives(path: &[u8], _content: &[u8]) -> bool {
    let name = path.strip_prefix(b"var/lib/dpkg/alternatives/");
    name.is_some_and(|name| !name.contains(&b'/'))
}

/// The status and the link; pairs of follower and its link up to an empty line; then each
/// choice: path, priority, and the path of each follower; up to an empty line or the end.
pub(crate) fn read_alternatives(_path: &[u8], content: &[u8]) -> Option<Reading> {
    let mut lines = content.lines();
    let mut reading = Reading {
        properties: Properties::default()
            .with("status", lines.next()?)
            .with("link", lines.next()?),
        ..Reading::default()
    };
    let mut followers: Vec<String> = Vec::new();
    while let Some(name) = lines.next().filter(|line| !line.is_empty()) {
        let name = crate::text::quote(name);
        let link = lines.next()?;
        reading.properties = reading.properties.with(&format!("link of {name}"), link);
        followers.push(name);
    }
    while let Some(path) = lines.next().filter(|line| !line.is_empty()) {
        let mut choice = Item::new(path).with("priority", lines.next()?);
        for name in &followers {
            choice = choice.with(name, lines.next()?);
        }
        reading.items.push(choice);
    }
    Some(reading)
}
