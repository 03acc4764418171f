//! The one name under which two files are compared.

/// The last components that both names share, or else the last one of the left name. A stream has
/// no name: it is empty.
///
/// `old/etc/passwd` and `new/etc/passwd` are compared as `etc/passwd`, which tells a reader of
/// contents what they are.
pub(crate) fn shared_name(left: &[u8], right: &[u8]) -> Vec<u8> {
    let components = |name: &[u8]| -> Vec<Vec<u8>> {
        let parts = name.split(|byte| *byte == b'/');
        parts
            .filter(|part| !matches!(*part, b"" | b"." | b".."))
            .map(<[u8]>::to_vec)
            .collect()
    };
    let (left, right) = match (components(left), components(right)) {
        (left, right) if left.is_empty() => (right, left),
        both => both,
    };
    let pairs = left.iter().rev().zip(right.iter().rev());
    let shared = pairs.take_while(|(left, right)| left == right).count();
    let from = left.len() - shared.max(1).min(left.len());
    let name = left.get(from..).unwrap_or_default().join(&b'/');
    if name.is_empty() {
        b"content".to_vec()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::shared_name;

    #[test]
    fn two_names_share_their_last_components() {
        for (left, right, name) in [
            ("old/etc/passwd", "/new/etc/passwd", "etc/passwd"),
            ("a.txt", "b.txt", "a.txt"),
            ("./a/x.conf", "x.conf", "x.conf"),
            ("same", "same", "same"),
            ("", "a/b", "b"),
            ("/", "", "content"),
        ] {
            let found = shared_name(left.as_bytes(), right.as_bytes());
            assert_eq!(found, name.as_bytes(), "{left} {right}");
        }
    }
}
