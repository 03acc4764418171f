//! Numbers of any width, the lowest byte first.

/// At most 8 bytes as a number.
pub(crate) fn little_endian(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |value, byte| value << 8 | u64::from(*byte))
}
