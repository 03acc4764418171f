//! Numbers in header fields: octal text or GNU base-256.
//!
//! Decoding is lenient for showing (blanks, missing terminators) and exact for
//! comparing: what does not decode keeps its bytes, so that nothing becomes equal
//! by being unreadable.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The value of a numeric header field.
///
/// Source: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Extensions to the Archive Format".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Number {
    /// A decoded value. A field of NULs and blanks only is zero.
    Value(i128),
    /// A field that is neither octal nor base-256: its bytes.
    Malformed(Vec<u8>),
}

impl Number {
    /// Decodes a header field of up to 12 bytes.
    ///
    /// Octal: blanks, digits, then a NUL, a blank or the field's end; what follows the
    /// terminator is not looked at. Base-256: the first byte has its high bit set, the
    /// rest is big endian two's complement (bit 6 of the first byte is the sign).
    #[must_use]
    pub fn from_field(field: &[u8]) -> Self {
        match field.first() {
            Some(&first) if first & 0x80 != 0 => Self::Value(base256(first, field)),
            Some(_) | None => {
                octal(field).map_or_else(|| Self::Malformed(field.to_vec()), Self::Value)
            }
        }
    }

    /// Decodes the decimal text of a pax record.
    #[must_use]
    pub fn from_decimal(text: &[u8]) -> Self {
        std::str::from_utf8(text)
            .ok()
            .filter(|text| !text.starts_with('+'))
            .and_then(|text| text.parse::<i128>().ok())
            .map_or_else(|| Self::Malformed(text.to_vec()), Self::Value)
    }

    /// The value as a size in bytes, where it is one.
    #[must_use]
    pub fn as_size(&self) -> Option<u64> {
        match self {
            Self::Value(value) => u64::try_from(*value).ok(),
            Self::Malformed(_) => None,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(out, "{value}"),
            Self::Malformed(bytes) => write!(out, "malformed {}", crate::text::quote(bytes)),
        }
    }
}

fn base256(first: u8, field: &[u8]) -> i128 {
    let negative = first & 0x40 != 0;
    let start: i128 = if negative { -1 } else { 0 };
    let head = i128::from(first & 0x3f) | if negative { !0x3f } else { 0 };
    let initial = if negative { start & head } else { head };
    field
        .iter()
        .skip(1)
        .take(14)
        .fold(initial, |value, &byte| (value << 8) | i128::from(byte))
}

fn octal(field: &[u8]) -> Option<i128> {
    let start = field
        .iter()
        .position(|&byte| byte != b' ')
        .unwrap_or(field.len());
    let text = field.get(start..)?;
    let end = text
        .iter()
        .position(|&byte| byte == 0 || byte == b' ')
        .unwrap_or(text.len());
    text.get(..end)?
        .iter()
        .try_fold(0_i128, |value, &byte| match byte {
            b'0'..=b'7' => Some((value << 3) | i128::from(byte - b'0')),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use crate::tar::number::Number;

    #[test]
    fn octal_and_base256_decode_to_the_same_value() {
        for (field, value) in [
            (&b"0000644\0"[..], 0o644),
            (b"   644 \0", 0o644),
            (b"00000000012 ", 10),
            (b"\0\0\0\0\0\0\0\0", 0),
            (b"\x80\0\0\0\0\0\x01\xa4", 0o644),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xf6", -10),
            (b"\x80\0\0\0\x80\0\0\0\0\0\0\0", 1 << 63),
        ] {
            assert_eq!(Number::from_field(field), Number::Value(value), "{field:?}");
        }
    }

    #[test]
    fn an_unreadable_field_keeps_its_bytes() {
        assert_eq!(
            Number::from_field(b"0000x44\0"),
            Number::Malformed(b"0000x44\0".to_vec())
        );
        assert_eq!(
            Number::from_decimal(b"12a"),
            Number::Malformed(b"12a".to_vec())
        );
    }
}
