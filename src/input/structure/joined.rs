//! Parts of an input, one after the other, and whether two inputs agree in them.

use std::io;
use std::ops::Range;

use crate::input::read_at::{PIECE, Position, ReadAt, Scratch, first_difference};

/// Parts of an input as if nothing were between them.
struct Joined<'input> {
    reader: &'input dyn ReadAt,
    parts: Vec<Part>,
    length: u64,
}

struct Part {
    /// Where it ends in what is joined.
    end: u64,
    span: Range<u64>,
}

impl<'input> Joined<'input> {
    fn new(reader: &'input dyn ReadAt, spans: &[Range<u64>]) -> Self {
        let mut length = 0;
        let parts = spans.iter().map(|span| {
            length += span.end - span.start;
            let span = span.clone();
            Part { end: length, span }
        });
        let parts = parts.collect();
        Self {
            reader,
            parts,
            length,
        }
    }
}

impl ReadAt for Joined<'_> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let next = self.parts.partition_point(|part| part.end <= offset);
        let Some(part) = self.parts.get(next) else {
            return Ok(0);
        };
        let left = part.end - offset;
        let step = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let target = buffer.get_mut(..step).unwrap_or_default();
        self.reader.read_at(target, part.span.end - left)
    }

    fn length(&self) -> u64 {
        self.length
    }
}

/// Spans of one input.
#[derive(Clone, Copy)]
pub(crate) struct Spans<'input> {
    pub(crate) reader: &'input dyn ReadAt,
    pub(crate) spans: &'input [Range<u64>],
}

/// Whether the bytes of both are the same, however they are cut.
///
/// # Errors
/// The operating system's.
pub(crate) fn agree(left: Spans<'_>, right: Spans<'_>) -> io::Result<bool> {
    let left = Joined::new(left.reader, left.spans);
    let right = Joined::new(right.reader, right.spans);
    if left.length != right.length {
        return Ok(false);
    }
    let start = |reader| Position { reader, offset: 0 };
    let mut scratch = Scratch::new(PIECE);
    let first = first_difference(start(&left), start(&right), left.length, &mut scratch)?;
    Ok(first.is_none())
}
