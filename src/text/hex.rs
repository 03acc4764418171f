//! Bytes as hexadecimal digits.

use std::fmt::Write as _;

/// Two lowercase hexadecimal digits for each byte: `[0x0a, 0xff]` gives `0aff`.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_gives_two_lowercase_digits() {
        assert_eq!(hex(b"\0\x0a\xff"), "000aff");
        assert_eq!(hex(b""), "");
    }
}
