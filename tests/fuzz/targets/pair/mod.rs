//! Two inputs of one sort, compared, explained and reported: what the targets share.

use twinroot::any::compare;
use twinroot::explain::explain_archives;

use crate::judged::{file, judge, options};

/// Compares two inputs that begin with `magic`: the verdict is byte equality, and the report can be
/// written and read.
///
/// The first two bytes of `data`, little-endian, say how long the left input is, and the rest is
/// the right one. If they are beyond the end, the inputs differ in one byte.
pub fn check(magic: &[u8], data: &[u8]) {
    let [low, high, rest @ ..] = data else { return };
    let at = usize::from(u16::from_le_bytes([*low, *high]));
    let (left, right) = match rest.split_at_checked(at) {
        Some((left, right)) => (left.to_vec(), right.to_vec()),
        None => (rest.to_vec(), changed(rest, at, high | 1)),
    };
    let (left, right) = ([magic, &left].concat(), [magic, &right].concat());
    let ((l, _left), (r, _right)) = (file("left", &left), file("right", &right));
    let found = compare(l, r, &options(), &|_| {});
    let _ = explain_archives(&found, Some(1_700_000_000)).unwrap();
    judge(&left, &right, &found);
}

fn changed(data: &[u8], at: usize, by: u8) -> Vec<u8> {
    let mut right = data.to_vec();
    if let Some(byte) = right.get_mut(at % data.len().max(1)) {
        *byte = byte.wrapping_add(by);
    }
    right
}
