//! Where the parts of an rpm package are.

use std::ops::Range;

use crate::input::read_at::{ReadAt, read_up_to};
use crate::input::rpm::{INTRO, LEAD, header_length};

/// The spans of the parts in the file. They follow each other, and nothing is between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) lead: Range<u64>,
    /// With the zeros after it.
    pub(crate) signature: Range<u64>,
    pub(crate) header: Range<u64>,
    pub(crate) payload: Range<u64>,
}

/// Why a package has no such parts.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PartsError {
    /// Where a header should begin there is none, or it ends beyond the file.
    #[error("has no header at offset {0}, or it ends beyond the file")]
    NoHeader(u64),
    /// The operating system's refusal.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Parts {
    /// Finds them.
    ///
    /// # Errors
    /// A header is missing or cut, or the file cannot be read.
    pub(crate) fn of(file: &dyn ReadAt) -> Result<Self, PartsError> {
        let signature = LEAD;
        let signature_end = end_of_header(file, signature)?;
        // The header begins at a multiple of 8.
        let header = signature_end.next_multiple_of(8);
        let payload = end_of_header(file, header)?;
        Ok(Self {
            lead: 0..LEAD,
            signature: signature..header,
            header: header..payload,
            payload: payload..file.length(),
        })
    }
}

fn end_of_header(file: &dyn ReadAt, at: u64) -> Result<u64, PartsError> {
    let mut intro = [0; INTRO];
    let read = read_up_to(file, &mut intro, at)?;
    let length = header_length(intro.get(..read).unwrap_or_default());
    let end = length.and_then(|length| at.checked_add(length));
    let end = end.filter(|end| *end <= file.length());
    end.ok_or(PartsError::NoHeader(at))
}
