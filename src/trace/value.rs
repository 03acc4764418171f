//! Values as strace(1) writes them: quoted strings with C escapes, lists, descriptors with paths.

/// Splits the arguments of a call at the commas between them.
pub(crate) fn arguments(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut is_quoted) = (Vec::new(), 0, 0_u32, false);
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if is_quoted => drop(bytes.next()),
            b'"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            b'[' | b'{' | b'(' => depth += 1,
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(text.get(start..at).unwrap_or_default().trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    let last = text.get(start..).unwrap_or_default().trim();
    if !last.is_empty() || !parts.is_empty() {
        parts.push(last);
    }
    parts
}

/// The bytes of a quoted string; `None` for `NULL` and for addresses.
pub(crate) fn string(text: &str) -> Option<Vec<u8>> {
    let inner = text.strip_prefix('"')?;
    // A string beyond the limit ends in `"...`; what is there of it is enough.
    let inner = inner
        .strip_suffix("...")
        .unwrap_or(inner)
        .strip_suffix('"')?;
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next()? {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'v' => out.push(0x0b),
            b'f' => out.push(0x0c),
            digit @ b'0'..=b'7' => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    if let Some(next @ b'0'..=b'7') = bytes.peek().copied() {
                        value = value * 8 + u32::from(next - b'0');
                        let _ = bytes.next();
                    }
                }
                out.push(u8::try_from(value).unwrap_or(b'?'));
            }
            other => out.push(other),
        }
    }
    Some(out)
}

/// The strings of a list: `["a", "b"]`.
pub(crate) fn strings(text: &str) -> Vec<Vec<u8>> {
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    arguments(inner.unwrap_or_default())
        .into_iter()
        .filter_map(string)
        .collect()
}

/// The path that a descriptor stands for: `3</etc/passwd>`, `AT_FDCWD</tmp>`.
pub(crate) fn descriptor(text: &str) -> Option<Vec<u8>> {
    let (_, path) = text.split_once('<')?;
    let path = path
        .strip_suffix('>')
        .or_else(|| Some(path.rsplit_once('>')?.0))?;
    // A file that was unlinked while it was open, and what has no path at all.
    let path = path.strip_suffix(" (deleted)").unwrap_or(path);
    path.starts_with('/')
        .then(|| string(&format!("\"{path}\"")))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_end_at_commas_that_are_in_nothing() {
        assert_eq!(
            arguments(r#"AT_FDCWD</a>, "x,\"y", ["1", "2"], {a=1, b=2}, 0600"#),
            [
                "AT_FDCWD</a>",
                r#""x,\"y""#,
                r#"["1", "2"]"#,
                "{a=1, b=2}",
                "0600"
            ]
        );
    }

    #[test]
    fn strings_are_unescaped_to_bytes() {
        assert_eq!(
            string(r#""a\"\\\n\303\244\0b""#),
            Some(b"a\"\\\n\xc3\xa4\0b".to_vec())
        );
        assert_eq!(string("NULL"), None);
        assert_eq!(string(r#""cut"..."#), Some(b"cut".to_vec()));
    }

    #[test]
    fn a_descriptor_is_its_path() {
        assert_eq!(descriptor("3</etc/passwd>"), Some(b"/etc/passwd".to_vec()));
        assert_eq!(descriptor("AT_FDCWD</tmp>"), Some(b"/tmp".to_vec()));
        assert_eq!(descriptor("4</x (deleted)>"), Some(b"/x".to_vec()));
        assert_eq!(descriptor("5<pipe:[12]>"), None);
        assert_eq!(descriptor("3"), None);
    }
}
