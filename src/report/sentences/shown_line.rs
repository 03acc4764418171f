//! A line of a file that many scripts write, as a report shows it.

use bstr::ByteSlice as _;

use crate::explain::content::accounts::without_hash;
use crate::explain::content::reading::digest;
use crate::text::quote_line;

/// A line without what must not be in a report: of a password only a digest is shown.
pub(crate) fn shown_line(path: &[u8], line: &[u8]) -> String {
    quote_line(&without_password(path, line))
}

fn without_password(path: &[u8], line: &[u8]) -> Vec<u8> {
    let is_debconf = path.starts_with(b"var/cache/debconf/passwords.dat");
    match line.split_once_str(": Value: ") {
        Some((field, value)) if is_debconf => {
            [field, b": Value: ", digest(value).as_bytes()].concat()
        }
        Some(_) | None => without_hash(path, line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_hash_of_a_password_is_shown() {
        assert_eq!(
            shown_line(b"etc/shadow", b"a:$y$hash:19000:0:"),
            "a:sha256:d15a5f4f688e2bfe…:19000:0:"
        );
        let passwords = b"var/cache/debconf/passwords.dat";
        assert_eq!(
            shown_line(passwords, b"a/b: Value: secret"),
            "a/b: Value: sha256:2bb80d537b1da3e3…"
        );
        assert_eq!(
            shown_line(passwords, b"a/b: Flags: seen"),
            "a/b: Flags: seen"
        );
        assert_eq!(
            shown_line(b"etc/shadow-", b"a:!*:19000:0:"),
            "a:!*:19000:0:"
        );
        assert_eq!(shown_line(b"etc/shells", b"/a:bcdef\x1b"), "/a:bcdef\\x1b");
    }
}
