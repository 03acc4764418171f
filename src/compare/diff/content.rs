//! Content: whether it differs, and showing how.
//!
//! Sparse files are compared as the files they stand for, so that a map that was cut
//! differently is a difference of the map and not of the content.

use std::io;

use sha2::{Digest as _, Sha256};

use crate::compare::diff::view::View;
use crate::compare::field_value::{ContentSummary, FieldDetail};
use crate::compare::options::{ContentPolicy, DIGESTED, Limits, Options};
use crate::input::read_at::{PIECE, Position, ReadAt, Scratch, first_difference, read_up_to};
use crate::text::diff::{DiffLimits, Unified, is_text, unified};
use crate::text::hex::hex;
use crate::text::hex_dump::window;

/// Bytes shown before the first differing byte.
const BEFORE: u64 = 32;
/// Bytes looked at for a hex window.
const WINDOW: usize = 256;
/// Differing rows of a hex window.
const ROWS: usize = 8;

/// Largest sparse file that gets a digest, in bytes: its holes take time too, if no room.
const EXPANDED: u64 = 64 << 20;

/// A view of content as spans of one archive: stored bytes or zeros.
struct Expanded<'input> {
    reader: &'input dyn ReadAt,
    /// In the order of the file.
    spans: Vec<Stored>,
    length: u64,
}

/// A span of a file that is stored in the archive.
struct Stored {
    /// Offset in the file.
    start: u64,
    length: u64,
    /// Offset in the archive.
    at: u64,
}

impl Stored {
    /// Where it ends in the file.
    fn end(&self) -> u64 {
        self.start + self.length
    }
}

impl<'input> Expanded<'input> {
    fn new(view: &View<'input>) -> Self {
        let entry = &view.entry;
        let Some(Ok(map)) = &entry.sparse else {
            let spans = vec![Stored {
                start: 0,
                length: entry.stored,
                at: entry.content,
            }];
            return Self {
                reader: view.reader,
                spans,
                length: entry.stored,
            };
        };
        let mut at = entry.content + map.map_bytes.min(entry.stored);
        let end = entry.content + entry.stored;
        let mut spans = Vec::new();
        for span in &map.spans {
            let length = span.length.min(end - at);
            spans.push(Stored {
                start: span.offset,
                length,
                at,
            });
            at += length;
        }
        let last = spans.last().map_or(0, Stored::end);
        Self {
            reader: view.reader,
            spans,
            length: last,
        }
    }

    /// The same, with the hole that may follow the last span.
    fn to_the_end(view: &View<'input>) -> Self {
        let spans = Self::new(view);
        Self {
            length: spans.length.max(view.entry.size),
            ..spans
        }
    }

    /// Where the content starts in the archive, if it is stored in one piece.
    fn in_one_piece(&self) -> Option<u64> {
        match &self.spans[..] {
            [one] if one.start == 0 && one.length == self.length => Some(one.at),
            _ => None,
        }
    }
}

impl ReadAt for Expanded<'_> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset >= self.length {
            return Ok(0);
        }
        let room = |bytes: u64| {
            usize::try_from(bytes)
                .unwrap_or(usize::MAX)
                .min(buffer.len())
        };
        let next = self.spans.partition_point(|stored| stored.end() <= offset);
        let stored = self.spans.get(next);
        let hole_end = stored.map_or(self.length, |stored| stored.start);
        let Some(stored) = stored.filter(|stored| stored.start <= offset) else {
            let step = room(hole_end - offset);
            buffer.iter_mut().take(step).for_each(|byte| *byte = 0);
            return Ok(step);
        };
        let step = room(stored.end() - offset);
        self.reader.read_at(
            buffer.get_mut(..step).unwrap_or_default(),
            stored.at + (offset - stored.start),
        )
    }

    fn length(&self) -> u64 {
        self.length
    }
}

/// How two contents differ.
#[derive(Debug)]
pub(crate) struct ContentDifference {
    /// Offset in the content of the first byte that differs, or where the shorter ends.
    pub(crate) first: u64,
}

fn position(reader: &dyn ReadAt, offset: u64) -> Position<'_> {
    Position { reader, offset }
}

/// The first difference of two contents, if they differ.
pub(crate) fn difference(
    left: &View<'_>,
    right: &View<'_>,
) -> io::Result<Option<ContentDifference>> {
    let (old, new) = (Expanded::new(left), Expanded::new(right));
    let mut scratch = Scratch::new(PIECE);
    let common = old.length.min(new.length);
    let (l, r) = match (old.in_one_piece(), new.in_one_piece()) {
        (Some(l), Some(r)) => (position(left.reader, l), position(right.reader, r)),
        _ => (position(&old, 0), position(&new, 0)),
    };
    let found = first_difference(l, r, common, &mut scratch)?;
    let first = match found {
        Some(first) => Some(first),
        // Two sparse files may end in a hole: what is beyond the shorter's last span is zero there.
        None if left.entry.sparse.is_some() || right.entry.sparse.is_some() => {
            let longer = if old.length > new.length { &old } else { &new };
            let sizes = (left.entry.size, right.entry.size);
            let shorter = (sizes.0 != sizes.1).then_some(sizes.0.min(sizes.1));
            first_nonzero(longer, common, &mut scratch.left)?.or(shorter)
        }
        None => (old.length != new.length).then_some(common),
    };
    Ok(first.map(|first| ContentDifference { first }))
}

/// The offset of the first byte from `from` on that is not zero.
pub(crate) fn first_nonzero(
    reader: &dyn ReadAt,
    from: u64,
    buffer: &mut [u8],
) -> io::Result<Option<u64>> {
    let mut at = from;
    loop {
        let read = read_up_to(reader, buffer, at)?;
        if read == 0 {
            return Ok(None);
        }
        if let Some(position) = buffer.iter().take(read).position(|byte| *byte != 0) {
            return Ok(Some(at + position as u64));
        }
        at += read as u64;
    }
}

/// What a content is, in short; `None` if it is empty.
pub(crate) fn summary(view: &View<'_>) -> io::Result<Option<ContentSummary>> {
    if matches!(view.entry.sparse, Some(Ok(_))) {
        return sparse_summary(view);
    }
    let bytes = view.entry.stored;
    if bytes == 0 {
        return Ok(None);
    }
    if bytes > DIGESTED || !view.is_whole() {
        return Ok(Some(ContentSummary {
            bytes,
            sha256: None,
        }));
    }
    let sha256 = Some(digest(view.reader, view.entry.content, bytes)?);
    Ok(Some(ContentSummary { bytes, sha256 }))
}

/// What a sparse file is in short: digest and size are of the file that it stands for, so that they
/// are those of `sha256sum`, whatever the dialect of the map.
fn sparse_summary(view: &View<'_>) -> io::Result<Option<ContentSummary>> {
    let file = Expanded::to_the_end(view);
    let bytes = file.length;
    if bytes == 0 {
        return Ok(None);
    }
    let is_told = view.entry.stored <= DIGESTED && bytes <= EXPANDED && view.is_whole();
    let sha256 = is_told.then(|| digest(&file, 0, bytes)).transpose()?;
    Ok(Some(ContentSummary { bytes, sha256 }))
}

/// SHA-256 in hexadecimal of a span.
pub(crate) fn digest(reader: &dyn ReadAt, start: u64, length: u64) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; usize::try_from(length).unwrap_or(PIECE).clamp(1, PIECE)];
    let mut done = 0;
    while done < length {
        let step = usize::try_from(length - done)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let Some(target) = buffer.get_mut(..step) else {
            break;
        };
        let read = read_up_to(reader, target, start + done)?;
        if read == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file shrank while it was read",
            ));
        }
        hasher.update(target.get(..read).unwrap_or_default());
        done += read as u64;
    }
    Ok(hex(&hasher.finalize()))
}

/// Shows how two contents differ, if it is asked for and there is room; that is lowered.
pub(crate) fn explained(
    left: &View<'_>,
    right: &View<'_>,
    difference: &ContentDifference,
    options: &Options,
    room: &mut u64,
) -> io::Result<Option<FieldDetail>> {
    let limit = usize::try_from(*room).unwrap_or(usize::MAX);
    let detail = match options.content {
        ContentPolicy::Omit => return Ok(None),
        ContentPolicy::Explain if options.limits.is_over() => return Ok(None),
        ContentPolicy::Explain if limit == 0 => FieldDetail::NoRoom,
        ContentPolicy::Explain => explain(left, right, difference, &options.limits, limit)?,
    };
    *room = room.saturating_sub(detail.to_string().len() as u64);
    Ok(Some(detail))
}

/// Shows how two contents differ: a unified difference of texts, a hex window otherwise.
fn explain(
    left: &View<'_>,
    right: &View<'_>,
    difference: &ContentDifference,
    limits: &Limits,
    room: usize,
) -> io::Result<FieldDetail> {
    let (old, new) = (Expanded::new(left), Expanded::new(right));
    if old.length.max(new.length) <= limits.content && left.is_whole() && right.is_whole() {
        let (l, r) = (
            bytes(&old, 0, limits.content)?,
            bytes(&new, 0, limits.content)?,
        );
        if is_text(&l) && is_text(&r) {
            let Unified { hunks, is_cut } = unified(
                &l,
                &r,
                DiffLimits {
                    time: limits.time,
                    output: room,
                },
            );
            return Ok(FieldDetail::TextDifference { hunks, is_cut });
        }
    }
    let from = difference.first.saturating_sub(BEFORE) / 16 * 16;
    let (l, r) = (
        bytes(&old, from, WINDOW as u64)?,
        bytes(&new, from, WINDOW as u64)?,
    );
    let first = difference.first;
    let shown = |window| FieldDetail::Bytes { first, window };
    let whole = shown(window(from, &l, &r, ROWS));
    Ok(if whole.to_string().len() > room {
        shown(String::new())
    } else {
        whole
    })
}

/// At most `length` bytes of a content from `from` on.
fn bytes(content: &Expanded<'_>, from: u64, length: u64) -> io::Result<Vec<u8>> {
    let length = content.length.saturating_sub(from).min(length);
    let mut buffer = vec![0; usize::try_from(length).unwrap_or(0)];
    let read = read_up_to(content, &mut buffer, from)?;
    buffer.truncate(read);
    Ok(buffer)
}

/// Content of one side for later stages: all of it within `room` bytes, else a window.
pub(crate) fn keep(
    view: &View<'_>,
    first: u64,
    limit: u64,
    room: u64,
) -> io::Result<Option<crate::compare::comparison::Content>> {
    use crate::compare::comparison::Content;
    let content = Expanded::new(view);
    if content.length == 0 || room == 0 {
        return Ok(None);
    }
    if content.length <= limit.min(room) && view.is_whole() {
        return bytes(&content, 0, limit).map(|bytes| Some(Content::Whole(bytes)));
    }
    let offset = first.saturating_sub(BEFORE) / 16 * 16;
    bytes(&content, offset, (WINDOW as u64).min(room))
        .map(|bytes| Some(Content::Window { offset, bytes }))
}
