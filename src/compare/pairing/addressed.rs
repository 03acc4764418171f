//! Names that contain a digest: of what the file holds (OCI's blobs, OSTree's objects), of its
//! build id (`.build-id/ab/cdef….debug`), or of what it was made from (the Nix store). Such a file
//! gets another name whenever it holds something else.

/// Fewest characters of a digest: half of an MD5, as debuginfod and others cut them.
const FEWEST: usize = 16;

/// What stands for a digest in the form of a name; no name has it, because a name has no NUL.
const DIGEST: u8 = 0;

/// A name with a mark in the place of each digest; `None` if it has none. Two names of one form
/// may be those of one file.
///
/// A digest is a run of hexadecimal digits, or of the 32 letters of Nix, between other characters.
/// Two digits and a slash before it belong to it.
pub(crate) fn form(name: &[u8]) -> Option<Vec<u8>> {
    let mut out: Vec<u8> = Vec::with_capacity(name.len());
    let mut has_digest = false;
    for run in name.chunk_by(|a, b| a.is_ascii_alphanumeric() == b.is_ascii_alphanumeric()) {
        if !is_digest(run) {
            out.extend_from_slice(run);
            continue;
        }
        has_digest = true;
        if let [.., b'/', high, low, b'/'] = out.as_slice()
            && is_hexadecimal(&[*high, *low])
        {
            out.truncate(out.len() - 3);
        }
        out.push(DIGEST);
    }
    has_digest.then_some(out)
}

fn is_hexadecimal(run: &[u8]) -> bool {
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    run.iter().all(is_digit)
}

/// Whether a run of letters and digits is a digest. One of digits only is a time or a number.
fn is_digest(run: &[u8]) -> bool {
    let is_mixed = run.iter().any(u8::is_ascii_digit) && run.iter().any(u8::is_ascii_lowercase);
    let is_of_nix = |byte: &u8| {
        byte.is_ascii_digit()
            || byte.is_ascii_lowercase() && !matches!(byte, b'e' | b'o' | b't' | b'u')
    };
    is_mixed
        && (run.len() >= FEWEST && is_hexadecimal(run)
            || run.len() == 32 && run.iter().all(is_of_nix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_digests_only_have_one_form() {
        let sha256 = "0123456789abcdef".repeat(4);
        let cases = [
            (format!("blobs/sha256/{sha256}"), Some("blobs/sha256/\0")),
            (
                "usr/lib/debug/.build-id/0a/23456789abcdef0123456789abcdef01234567.debug"
                    .to_owned(),
                Some("usr/lib/debug/.build-id/\0.debug"),
            ),
            (
                format!("repo/objects/ff/{}.filez", &sha256[2..]),
                Some("repo/objects/\0.filez"),
            ),
            (
                "nix/store/xzc6cvn2lbrp3zq6mzvhqjz2lxhvsjvk-glibc-2.40/lib/libc.so.6".to_owned(),
                Some("nix/store/\0-glibc-2.40/lib/libc.so.6"),
            ),
            ("var/log/20261129000000000000".to_owned(), None),
            ("usr/share/deadbeefdeadbeef".to_owned(), None),
            ("usr/bin/sha256sum".to_owned(), None),
        ];
        for (name, expected) in cases {
            let expected = expected.map(|form| form.as_bytes().to_vec());
            assert_eq!(form(name.as_bytes()), expected, "{name}");
        }
    }
}
