//! The members of a zip archive, as its central directory lists them (APPNOTE.TXT 6.3.10, sections
//! 4.3.7 and 4.3.12).
//!
//! A local header of 30 bytes, name and extra field stands before the data of each member; a header
//! of 46 bytes, name, extra field and comment is in the central directory. All numbers are
//! little-endian. The headers are kept as they are, so that nothing of them is lost.

use std::fs::File;
use std::io;
use std::io::{BufReader, Read as _};
use std::ops::Range;
use std::sync::Arc;

use zip::ZipArchive;
use zip::result::ZipError;

use crate::compare::zip_fault::ZipFault;
use crate::input::section::Section;

/// Members beyond which an archive is not read: each takes some hundred bytes of memory.
const MEMBERS: usize = 250_000;
/// Length of a local header without name and extra field, in bytes.
const LOCAL: u64 = 30;
/// Length of a header of the central directory without name, extra field and comment, in bytes.
const CENTRAL: u64 = 46;

/// One member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: Vec<u8>,
    /// Its local header with name and extra field.
    pub(crate) local: Vec<u8>,
    /// Where the local header starts.
    pub(crate) start: u64,
    /// Its header in the central directory, with name, extra field and comment.
    pub(crate) central: Vec<u8>,
    /// Where that one starts.
    pub(crate) central_start: u64,
    /// Its data in the archive.
    pub(crate) data: Range<u64>,
    /// Bytes of the data when they are decoded, as the archive says.
    pub(crate) size: u64,
    /// Whether the data are known to be fewer bytes than that.
    pub(crate) is_overstated: bool,
    /// CRC-32 of the decoded data.
    pub(crate) crc: u32,
    /// `st_mode`, if the archive was made on Unix.
    pub(crate) mode: Option<u32>,
    pub(crate) is_encrypted: bool,
}

/// What the reader of the central directory says.
fn fault(error: ZipError) -> ZipFault {
    match error {
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => ZipFault::Io(error),
        error => ZipFault::Invalid(error.to_string()),
    }
}

/// Lists the members in the order of the central directory. Of several members of one name it is the
/// last one, as for programs that unpack; the others are bytes that no member claims.
///
/// # Errors
/// It is no zip archive, is damaged, or is one that is not read.
pub(crate) fn list(file: &Arc<File>) -> Result<Vec<Member>, ZipFault> {
    let reader = BufReader::new(file.try_clone()?);
    let archive = ZipArchive::new(reader).map_err(fault)?;
    if archive.len() > MEMBERS {
        return Err(ZipFault::TooMany { most: MEMBERS });
    }
    let mut members: Vec<Member> = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(fault)?;
        let start = entry.header_start();
        let local = header(file, start, LOCAL, &[26, 28])?;
        let central_start = entry.central_header_start();
        let data = start + local.len() as u64;
        members.push(Member {
            name: entry.name_raw().to_vec(),
            start,
            data: data..data.saturating_add(entry.compressed_size()),
            local,
            central: header(file, central_start, CENTRAL, &[28, 30, 32])?,
            central_start,
            size: entry.size(),
            is_overstated: false,
            crc: entry.crc32(),
            mode: entry.unix_mode(),
            is_encrypted: entry.encrypted(),
        });
    }
    check_places(&members, file.metadata()?.len())?;
    Ok(members)
}

/// A header with what follows it, whose lengths stand at these offsets in it.
fn header(file: &Arc<File>, start: u64, fixed: u64, lengths: &[usize]) -> io::Result<Vec<u8>> {
    let fixed_part = read(file, start..start.saturating_add(fixed))?;
    let more: u64 = lengths
        .iter()
        .map(|at| u64::from(u16_at(&fixed_part, *at)))
        .sum();
    read(
        file,
        start..start.saturating_add(fixed).saturating_add(more),
    )
}

/// The bytes of a span.
///
/// # Errors
/// The archive ends before it, or the operating system's.
pub(crate) fn read(file: &Arc<File>, span: Range<u64>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let _ = Section::new(file, span).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn check_places(members: &[Member], length: u64) -> Result<(), ZipFault> {
    let mut places: Vec<Range<u64>> = members
        .iter()
        .map(|member| member.start..member.data.end)
        .collect();
    places.sort_by_key(|place| place.start);
    let mut end = 0;
    for place in places {
        if place.start < end {
            return Err(ZipFault::Overlap(place.start));
        }
        if place.end > length {
            let what = format!("it ends at {length}, a member of it at {}", place.end);
            return Err(ZipFault::Invalid(what));
        }
        end = place.end;
    }
    Ok(())
}

/// A number of two bytes; 0 if the bytes are not there.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let two = bytes.get(at..).and_then(|rest| rest.first_chunk::<2>());
    two.map_or(0, |two| u16::from_le_bytes(*two))
}

/// A number of four bytes; 0 if the bytes are not there.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
    four.map_or(0, |four| u32::from_le_bytes(*four))
}

impl Member {
    /// Number of the compression method.
    pub(crate) fn method(&self) -> u16 {
        u16_at(&self.central, 10)
    }

    /// General purpose bit flags.
    pub(crate) fn flags(&self) -> u16 {
        u16_at(&self.central, 8)
    }

    /// A part of the central header that follows the name: the extra field, or the comment.
    pub(crate) fn extra(&self) -> &[u8] {
        let start = 46 + self.name.len();
        let length = usize::from(u16_at(&self.central, 30));
        self.central.get(start..start + length).unwrap_or_default()
    }

    /// The comment.
    pub(crate) fn comment(&self) -> &[u8] {
        let start = 46 + self.name.len() + usize::from(u16_at(&self.central, 30));
        self.central.get(start..).unwrap_or_default()
    }

    /// The name in the local header.
    pub(crate) fn local_name(&self) -> &[u8] {
        let length = usize::from(u16_at(&self.local, 26));
        self.local.get(30..30 + length).unwrap_or_default()
    }

    /// The extra field of the local header.
    pub(crate) fn local_extra(&self) -> &[u8] {
        let start = 30 + usize::from(u16_at(&self.local, 26));
        self.local.get(start..).unwrap_or_default()
    }
}
