//! Merged /usr: the links in the root, and the two spellings of a path below them
//! (file-hierarchy(7), dpkg's `usrmerge`).

/// The links that merged /usr has in the root.
pub const LINKS: [&[u8]; 6] = [b"bin", b"sbin", b"lib", b"lib32", b"lib64", b"libx32"];

/// Whether a path without the leading slash is one of the links or below one.
#[must_use]
pub fn is_link_or_below(path: &[u8]) -> bool {
    LINKS.iter().any(|link| {
        path.strip_prefix(*link)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    })
}

/// The spelling through the link: `bin/sh` for `usr/bin/sh`. `None` if no link leads there.
#[must_use]
pub fn through_link(path: &[u8]) -> Option<&[u8]> {
    path.strip_prefix(b"usr/")
        .filter(|path| is_link_or_below(path))
}

/// The other spelling of a path without the leading slash: `usr/bin/sh` for `bin/sh`, and
/// `bin/sh` for `usr/bin/sh`. `None` if there is only one.
#[must_use]
pub fn other_spelling(path: &[u8]) -> Option<Vec<u8>> {
    if is_link_or_below(path) {
        return Some([b"usr/", path].concat());
    }
    through_link(path).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_below_a_link_has_two_spellings() {
        let cases: [(&[u8], Option<&[u8]>); 6] = [
            (b"bin/sh", Some(b"usr/bin/sh")),
            (b"usr/bin/sh", Some(b"bin/sh")),
            (b"lib64", Some(b"usr/lib64")),
            (b"usr/libexec/a", None),
            (b"binary", None),
            (b"etc/a", None),
        ];
        for (path, expected) in cases {
            assert_eq!(other_spelling(path).as_deref(), expected);
        }
        assert_eq!(through_link(b"usr/sbin/a"), Some(&b"sbin/a"[..]));
        assert_eq!(through_link(b"sbin/a"), None);
    }
}
