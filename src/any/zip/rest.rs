//! The bytes of an archive that belong to no member: before, between and behind them, and the end of
//! the central directory (APPNOTE.TXT 6.3.10, sections 4.3.9 and 4.3.16).

use std::fs::File;
use std::io;
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use crate::any::sequence::{Part, Sequence};
use crate::any::zip::member::{Member, read};
use crate::input::section::Section;

/// The forms of what may stand behind the data: whether it begins with a magic number, and whether
/// its sizes have 8 bytes and not 4.
const FORMS: [(bool, bool); 4] = [(true, false), (false, false), (true, true), (false, true)];
/// Longest end of an archive: a record of 22 bytes and a comment.
const END_MAX: u64 = 22 + 65_535;
/// Bytes that are compared at once.
const CHUNK: u64 = 64 << 10;
/// The magic number before them.
const MAGIC: &[u8; 4] = b"PK\x07\x08";

/// Parts of an archive that no member claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rest {
    spans: Vec<Range<u64>>,
    /// Places of the members in the central directory, in the order of their data.
    order: Vec<usize>,
}

impl Rest {
    /// # Errors
    /// The operating system's.
    pub(crate) fn new(members: &[Member], file: &Arc<File>) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let mut claimed: Vec<Range<u64>> = Vec::new();
        for member in members {
            let end = member.data.end + behind(member, file, length)?;
            claimed.push(member.start..end);
            let start = member.central_start;
            claimed.push(start..start + member.central.len() as u64);
        }
        claimed.extend(derived(file, length)?);
        claimed.sort_by_key(|span| span.start);
        let mut spans = Vec::new();
        let mut at = 0;
        for span in claimed {
            if span.start > at {
                spans.push(at..span.start);
            }
            at = at.max(span.end);
        }
        if at < length {
            spans.push(at..length);
        }
        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_by_key(|at| members.get(*at).map(|member| member.start));
        Ok(Self { spans, order })
    }

    /// Offset on the left of the first byte that differs; `None` if all is equal. Of the end of the
    /// central directory, what follows from the members does not count.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn first_difference(
        &self,
        file: &Arc<File>,
        other: &Self,
        other_file: &Arc<File>,
    ) -> io::Result<Option<u64>> {
        let (mut ours, mut theirs) = (self.bytes(file), other.bytes(other_file));
        let mut at = 0;
        loop {
            let (mut one, mut two) = (Vec::new(), Vec::new());
            let _ = ours.by_ref().take(CHUNK).read_to_end(&mut one)?;
            let _ = theirs.by_ref().take(CHUNK).read_to_end(&mut two)?;
            let same = one.iter().zip(&two).take_while(|(one, two)| one == two);
            let same = same.count();
            if same < one.len().max(two.len()) {
                return Ok(Some(self.place(at + same as u64)));
            }
            if one.is_empty() {
                break;
            }
            at += one.len() as u64;
        }
        let is_same_order = self.order.len() != other.order.len() || self.order == other.order;
        Ok((!is_same_order).then_some(0))
    }

    /// The offset in the archive of a byte of the rest.
    fn place(&self, mut at: u64) -> u64 {
        for span in &self.spans {
            let length = span.end - span.start;
            if at < length {
                return span.start + at;
            }
            at -= length;
        }
        self.spans.last().map_or(0, |span| span.end)
    }

    fn bytes(&self, file: &Arc<File>) -> impl Read {
        let spans = self.spans.iter();
        Sequence::new(
            spans
                .map(|span| -> io::Result<Part> { Ok(Box::new(Section::new(file, span.clone()))) }),
        )
    }
}

/// Where the records of the end have what follows from the members: their count, and size and offset
/// of the central directory.
fn derived(file: &Arc<File>, length: u64) -> io::Result<Vec<Range<u64>>> {
    let start = length.saturating_sub(END_MAX);
    let tail = read(file, start..length)?;
    let Some(at) = tail.windows(4).rposition(|four| four == b"PK\x05\x06") else {
        return Ok(Vec::new());
    };
    let end = start + at as u64;
    let numbers = end + 8..end + 20;
    let mut found = vec![numbers];
    // An archive of more than 4 GiB has wider records before that one.
    let locator = read(file, end.saturating_sub(20)..end)?;
    if let Some(offset) = locator
        .strip_prefix(b"PK\x06\x07")
        .and_then(|rest| rest.get(4..12))
    {
        let offset = offset
            .first_chunk::<8>()
            .map_or(0, |eight| u64::from_le_bytes(*eight));
        found.push(end - 12..end - 4);
        if offset
            .checked_add(56)
            .is_some_and(|end_of_record| end_of_record <= end)
        {
            found.push(offset + 24..offset + 56);
        }
    }
    Ok(found)
}

/// How many bytes behind a member's data repeat its sizes and its CRC.
fn behind(member: &Member, file: &Arc<File>, length: u64) -> io::Result<u64> {
    if member.flags() & (1 << 3) == 0 {
        return Ok(0);
    }
    let end = member.data.end;
    let found = read(file, end..(end + 24).min(length))?;
    let stored = member.data.end - member.data.start;
    let forms = FORMS.iter().filter_map(|(has_magic, is_wide)| {
        let size = |size: u64| match (u32::try_from(size), is_wide) {
            (_, true) => Some(size.to_le_bytes().to_vec()),
            (Ok(size), false) => Some(size.to_le_bytes().to_vec()),
            (Err(_), false) => None,
        };
        let magic = if *has_magic { &MAGIC[..] } else { &[] };
        let crc = member.crc.to_le_bytes();
        Some([magic, &crc, &size(stored)?, &size(member.size)?].concat())
    });
    let mut forms = forms.filter(|form| found.starts_with(form));
    Ok(forms.next().map_or(0, |form| form.len() as u64))
}
