//! The whole comparison: its verdict is byte equality, from files and from streams alike,
//! and every report can be written and read.
#![no_main]

mod judged;

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use twinroot::compare::{Source, SourceKind, compare};

use crate::judged::{file, judge, options};

fn stream(label: &str, data: &[u8]) -> Source {
    let kind = SourceKind::Stream(Box::new(Cursor::new(data.to_vec())));
    Source { label: label.to_owned(), name: label.to_owned(), kind }
}

fuzz_target!(|data: &[u8]| {
    // The first two bytes say where the two archives are cut apart; without a cut, the right
    // one is the left one with one byte changed.
    let [a, b, rest @ ..] = data else { return };
    let at = usize::from(u16::from_le_bytes([*a, *b]));
    let (left, right) = if at < rest.len() && at % 512 == 0 {
        let (left, right) = rest.split_at(at);
        (left.to_vec(), right.to_vec())
    } else {
        let mut right = rest.to_vec();
        if let Some(byte) = right.get_mut(at % rest.len().max(1)) {
            *byte = byte.wrapping_add(*b | 1);
        }
        (rest.to_vec(), right)
    };
    let options = options();
    judge(&left, &right, &compare(stream("left", &left), stream("right", &right), &options, &|_| {}));
    let ((l, _left), (r, _right)) = (file("left", &left), file("right", &right));
    judge(&left, &right, &compare(l, r, &options, &|_| {}));
});
