//! mmdebstrap's temporary directory, which holds the chroot while it is made: its name ends in
//! random characters (mmdebstrap(1), `TMPDIR`; File::Temp(3perl)).

/// How the path of the directory begins; up to the next slash the rest is random.
pub const TEMPORARY_ROOT: &str = "/tmp/mmdebstrap.";

/// Whether a path is that of the directory itself.
#[must_use]
pub fn is_temporary_root(path: &str) -> bool {
    path.strip_prefix(TEMPORARY_ROOT)
        .is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
}

/// A path inside the directory, without what leads to it: a path of the chroot.
#[must_use]
pub fn inside(path: &[u8]) -> Option<&[u8]> {
    let rest = path.strip_prefix(TEMPORARY_ROOT.as_bytes())?;
    let slash = rest.iter().position(|byte| *byte == b'/')?;
    rest.get(slash + 1..)
}

/// A text in which each path of the directory is called `ROOT`, so that it is the same in every
/// build.
#[must_use]
pub fn without_root(text: &str) -> String {
    with_root_called("ROOT", text)
}

/// A text in which paths of the directory are paths of the chroot, as the normal build has them.
#[must_use]
pub fn within_root(text: &str) -> String {
    with_root_called("", text)
}

fn with_root_called(name: &str, text: &str) -> String {
    let is_random = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut parts = text.split(TEMPORARY_ROOT);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for after in parts {
        out.push_str(name);
        out.push_str(after.trim_start_matches(is_random));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_inside_is_one_of_the_chroot() {
        assert_eq!(inside(b"/tmp/mmdebstrap.a_B1/etc/a"), Some(&b"etc/a"[..]));
        assert_eq!(inside(b"/tmp/mmdebstrap.a_B1"), None);
        assert_eq!(inside(b"/etc/a"), None);
        assert!(is_temporary_root("/tmp/mmdebstrap.a_B1"));
        assert!(!is_temporary_root("/tmp/mmdebstrap.a_B1/etc"));
        assert!(!is_temporary_root("/tmp/mmdebstrap."));
    }

    #[test]
    fn a_text_names_the_root_and_not_its_random_name() {
        assert_eq!(
            without_root("ldconfig -r /tmp/mmdebstrap.a_B1/etc /tmp/mmdebstrap.x"),
            "ldconfig -r ROOT/etc ROOT"
        );
        assert_eq!(without_root("a"), "a");
        assert_eq!(
            within_root("ldconfig -r /tmp/mmdebstrap.a_B1/etc"),
            "ldconfig -r /etc"
        );
    }
}
