//! The members of an ar archive, and which of them are archives themselves.

use std::fs::File;
use std::io;
use std::io::{BufReader, Read as _};
use std::ops::Range;
use std::sync::Arc;

use crate::debian::ar::{ArError, Members};
use crate::input::compression::{Compression, sniff};
use crate::input::decode::{Decoder, Digesting};
use crate::input::kind::Kind;
use crate::input::section::Section;
use crate::tar::written::WrittenEntry;

/// Members beyond which an archive is not listed; a package has three or four.
const MEMBERS: usize = 10_000;
/// Length of a member's header, in bytes.
const HEADER: u64 = 60;
/// Base-2 logarithm of the largest zstd window for a look inside.
const WINDOW: u32 = 27;

/// The members of one archive, and why there are no more.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) members: Vec<Contained>,
    pub(crate) error: Option<ArError>,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contained {
    pub(crate) name: Vec<u8>,
    /// Its header as it is in the archive: 60 bytes.
    pub(crate) header: Vec<u8>,
    /// Its content in the archive.
    pub(crate) span: Range<u64>,
    /// The byte after a content of odd length; `None` if there is none.
    pub(crate) padding: Option<u8>,
    /// The compression that its content is in.
    pub(crate) compression: Compression,
    /// Whether the content is a tar archive, in whatever compression.
    pub(crate) is_tar: bool,
}

/// Lists the members.
///
/// # Errors
/// The operating system's.
pub(crate) fn list(file: &Arc<File>) -> io::Result<Listing> {
    let length = file.metadata()?.len();
    let mut listing = Listing::default();
    let members = match Members::new(BufReader::new(file.try_clone()?)) {
        Ok(members) => members,
        Err(error) => {
            listing.error = Some(error);
            return Ok(listing);
        }
    };
    for member in members.take(MEMBERS) {
        match member {
            Ok(member) => {
                let span = member.offset..member.offset + member.size;
                let compression = compression(file, &span)?;
                listing.members.push(Contained {
                    name: member
                        .name
                        .strip_suffix(b"/")
                        .unwrap_or(&member.name)
                        .to_vec(),
                    header: read(file, member.offset - HEADER..member.offset)?,
                    padding: match span.end % 2 == 1 && span.end < length {
                        true => read(file, span.end..span.end + 1)?.first().copied(),
                        false => None,
                    },
                    compression,
                    is_tar: is_tar(file, &span, compression)?,
                    span,
                });
            }
            Err(ArError::Io(error)) => return Err(error),
            Err(error) => listing.error = Some(error),
        }
    }
    Ok(listing)
}

fn read(file: &Arc<File>, span: Range<u64>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let _ = Section::new(file, span).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The compression that a span of a file is in.
///
/// # Errors
/// The operating system's.
pub(crate) fn compression(file: &Arc<File>, span: &Range<u64>) -> io::Result<Compression> {
    let start = read(file, span.start..span.end.min(span.start + 512))?;
    Ok(sniff(&start))
}

/// Whether a span of a file is a tar archive. What cannot be decoded is none: then it is compared as
/// bytes.
///
/// # Errors
/// The operating system's.
pub(crate) fn is_tar(
    file: &Arc<File>,
    span: &Range<u64>,
    compression: Compression,
) -> io::Result<bool> {
    let section = Section::new(file, span.clone());
    let decoder = Decoder::new(section, compression, WINDOW, Digesting::Off);
    let mut inside = Vec::new();
    let outcome = decoder.take(512).read_to_end(&mut inside);
    Ok(outcome.is_ok() && Kind::of(&inside) == Kind::Tar)
}

impl Contained {
    /// The header of an entry that has this member's fields. A number that is none is 0; the raw
    /// headers are compared besides.
    pub(crate) fn headers(&self, name: &[u8], size: u64) -> Vec<u8> {
        let number = |span: Range<usize>, radix| {
            let text = std::str::from_utf8(self.header.get(span).unwrap_or_default());
            u64::from_str_radix(text.unwrap_or_default().trim(), radix).unwrap_or(0)
        };
        WrittenEntry {
            mode: u32::try_from(number(40..48, 8)).unwrap_or(0) & 0o777_7777,
            uid: number(28..34, 10),
            gid: number(34..40, 10),
            seconds: i64::try_from(number(16..28, 10)).unwrap_or(0),
            ..WrittenEntry::file(name, size)
        }
        .headers()
    }
}
