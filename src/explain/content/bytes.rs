//! Numbers at offsets of a content that may be cut anywhere.

use crate::tar::time::Timestamp;

/// Byte order of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

/// `length` bytes from `at` on; `None` if they are not all there.
pub(crate) fn span(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..at.checked_add(length)?)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    span(bytes, at, N)?.try_into().ok()
}

/// Two bytes at an offset.
pub(crate) fn u16_at(bytes: &[u8], at: usize, order: Order) -> Option<u16> {
    let raw = array(bytes, at)?;
    Some(match order {
        Order::Little => u16::from_le_bytes(raw),
        Order::Big => u16::from_be_bytes(raw),
    })
}

/// Four bytes at an offset.
pub(crate) fn u32_at(bytes: &[u8], at: usize, order: Order) -> Option<u32> {
    let raw = array(bytes, at)?;
    Some(match order {
        Order::Little => u32::from_le_bytes(raw),
        Order::Big => u32::from_be_bytes(raw),
    })
}

/// Eight bytes at an offset.
pub(crate) fn u64_at(bytes: &[u8], at: usize, order: Order) -> Option<u64> {
    let raw = array(bytes, at)?;
    Some(match order {
        Order::Little => u64::from_le_bytes(raw),
        Order::Big => u64::from_be_bytes(raw),
    })
}

/// A four-byte offset or length.
pub(crate) fn size_at(bytes: &[u8], at: usize, order: Order) -> Option<usize> {
    usize::try_from(u32_at(bytes, at, order)?).ok()
}

/// The bytes from an offset to the next NUL.
pub(crate) fn string_at(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..)?;
    rest.get(..rest.iter().position(|byte| *byte == 0)?)
}

/// A time in seconds since 1970.
pub(crate) fn time(seconds: u32) -> Timestamp {
    Timestamp::Seconds {
        negative: false,
        whole: u64::from(seconds),
        fraction: String::new(),
    }
}
