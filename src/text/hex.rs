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

/// The bytes of hexadecimal digits; `None` if it is anything else.
#[must_use]
pub(crate) fn bytes(digits: &str) -> Option<Vec<u8>> {
    let value = |digit: &u8| char::from(*digit).to_digit(16);
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let byte = |[high, low]: &[u8; 2]| u8::try_from(value(high)? * 16 + value(low)?).ok();
    pairs.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_give_the_bytes_again() {
        assert_eq!(bytes("000aff"), Some(b"\0\x0a\xff".to_vec()));
        assert_eq!([bytes("0"), bytes("0g")], [None, None]);
    }

    #[test]
    fn each_byte_gives_two_lowercase_digits() {
        assert_eq!(hex(b"\0\x0a\xff"), "000aff");
        assert_eq!(hex(b""), "");
    }
}
