//! The path of an entry, in the one spelling in which paths are compared.

use std::fmt;

use crate::tar::entry::trim_slash;
use crate::text::quote::quote;

/// A path below the root of an archive: without leading `./` and `/`, without trailing slashes.
///
/// `./etc/passwd`, `/etc/passwd` and `etc/passwd/` are all `etc/passwd`. The root itself is `.`
/// (spelled `./` or `.`) or empty (spelled `/`). Nothing else is normalized: `a/../b` and `a//b`
/// stay as they are. The bytes need not be UTF-8; `Display` quotes them for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryPath<'path>(&'path [u8]);

impl<'path> EntryPath<'path> {
    /// The path of an entry whose name is spelled `name`.
    #[must_use]
    pub fn new(name: &'path [u8]) -> Self {
        let mut rest = trim_slash(name);
        while let Some(shorter) = rest.strip_prefix(b"./").or_else(|| rest.strip_prefix(b"/")) {
            rest = shorter;
        }
        Self(rest)
    }

    /// The bytes of the path.
    #[must_use]
    pub fn as_bytes(self) -> &'path [u8] {
        self.0
    }

    /// The path from the root: as [`as_bytes`](Self::as_bytes), but always empty for the root.
    #[must_use]
    pub fn from_root(self) -> &'path [u8] {
        if self.is_root() { &[] } else { self.0 }
    }

    /// Whether this is the root directory.
    #[must_use]
    pub fn is_root(self) -> bool {
        matches!(self.0, b"" | b".")
    }

    /// The last component: `passwd` of `etc/passwd`.
    #[must_use]
    pub fn file_name(self) -> &'path [u8] {
        let slash = self.0.iter().rposition(|byte| *byte == b'/');
        let start = slash.map_or(0, |slash| slash + 1);
        self.0.get(start..).unwrap_or_default()
    }

    /// What is before the last slash: `etc` of `etc/passwd`; `None` for a path of one component.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        let slash = self.0.iter().rposition(|byte| *byte == b'/')?;
        self.0.get(..slash).map(Self)
    }

    /// Whether this path is `directory`, a slash and one more component. The root is the
    /// directory of no path, because no path spells it.
    #[must_use]
    pub fn is_directly_in(self, directory: EntryPath<'_>) -> bool {
        self.parent() == Some(directory)
    }

    /// Whether this path is `directory`, or `directory`, a slash and more.
    #[must_use]
    pub fn starts_with(self, directory: EntryPath<'_>) -> bool {
        self.0
            .strip_prefix(directory.0)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    }
}

impl fmt::Display for EntryPath<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&quote(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_path_are_one() {
        for (name, path) in [
            (&b"./etc/passwd"[..], &b"etc/passwd"[..]),
            (b"/etc/passwd", b"etc/passwd"),
            (b"etc/passwd//", b"etc/passwd"),
            (b".//./a", b"a"),
            (b"./", b"."),
            (b".", b"."),
            (b"/", b""),
            (b"", b""),
            (b"../a", b"../a"),
            (b".a/./b", b".a/./b"),
        ] {
            assert_eq!(EntryPath::new(name).as_bytes(), path, "{name:?}");
        }
        assert_eq!(EntryPath::new(b"./").from_root(), b"");
        assert!(EntryPath::new(b"./").is_root() && !EntryPath::new(b"./a").is_root());
    }

    #[test]
    fn a_path_knows_its_directory() {
        let path = EntryPath::new(b"./usr/bin/sh");
        assert_eq!(path.file_name(), b"sh");
        assert_eq!(path.parent(), Some(EntryPath::new(b"usr/bin/")));
        assert!(path.is_directly_in(EntryPath::new(b"./usr/bin/")));
        assert!(!path.is_directly_in(EntryPath::new(b"usr")));
        assert!(!EntryPath::new(b"./usr").is_directly_in(EntryPath::new(b"./")));
        assert!(path.starts_with(EntryPath::new(b"usr")) && path.starts_with(path));
        assert!(!path.starts_with(EntryPath::new(b"us")));
    }

    #[test]
    fn a_path_is_quoted_for_people() {
        assert_eq!(EntryPath::new(b"./a\n\xff/").to_string(), "a\\n\\xff");
    }
}
