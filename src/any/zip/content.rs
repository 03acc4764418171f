//! The content of a member, decoded and held against what the archive says of it.

use std::fs::File;
use std::io;
use std::io::Read;
use std::sync::Arc;

use flate2::Crc;
use flate2::read::DeflateDecoder;

use crate::any::directory::faults::Faults;
use crate::any::zip::member::Member;
use crate::compare::error::EntryProblem;
use crate::input::compression::Compression;
use crate::input::decode::{Decoder, Digesting};
use crate::input::section::Section;

/// Base-2 logarithm of the largest zstd window.
const WINDOW: u32 = 27;

/// A content of a known length, whatever comes of it: what is missing is zeros, and a fault.
pub(crate) struct Content {
    inner: Box<dyn Read + Send>,
    path: Vec<u8>,
    /// Bytes that are still to come.
    left: u64,
    check: Option<Check>,
    faults: Arc<Faults>,
}

/// The CRC-32 so far, and what it is to be in the end.
struct Check {
    crc: Crc,
    expected: u32,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let left = self.left;
        out.debug_struct("Content")
            .field("left", &left)
            .finish_non_exhaustive()
    }
}

impl Content {
    pub(crate) fn new(member: &Member, file: &Arc<File>, faults: &Arc<Faults>) -> Self {
        let data = Section::new(file, member.data.clone());
        let decoded = decoded(member, data.clone());
        let is_decoded = decoded.is_some();
        if member.is_overstated {
            faults.add(&member.name, EntryProblem::Damaged);
        }
        Self {
            inner: decoded.unwrap_or_else(|| Box::new(data)),
            path: member.name.clone(),
            left: length(member),
            check: is_decoded.then(|| Check {
                crc: Crc::new(),
                expected: member.crc,
            }),
            faults: Arc::clone(faults),
        }
    }

    /// The rest is zeros.
    fn give_up(&mut self, problem: EntryProblem) {
        self.faults.add(&self.path, problem);
        self.inner = Box::new(io::repeat(0));
        self.check = None;
    }

    /// Looks, at the end, whether it is all and right.
    fn finish(&mut self) {
        let Some(check) = self.check.take() else {
            return;
        };
        let more = self.inner.read(&mut [0]);
        if more.is_ok_and(|more| more > 0) || check.crc.sum() != check.expected {
            self.faults.add(&self.path, EntryProblem::Damaged);
        }
    }
}

/// How many bytes the content of a member has here: decoded, or as it is stored if it is in a
/// compression that is not read, or cannot be what its header says.
pub(crate) fn length(member: &Member) -> u64 {
    if is_read(member) {
        member.size
    } else {
        member.data.end - member.data.start
    }
}

/// The compressions that are read besides storing and deflating, by their numbers.
const COMPRESSIONS: [(u16, Compression); 3] = [
    (12, Compression::Bzip2),
    (93, Compression::Zstd),
    (95, Compression::Xz),
];

/// Most bytes that deflate makes of one (the FAQ of zlib: 1032).
const DEFLATED: u64 = 1032;

/// Whether a member is known to have fewer bytes than its header says. They would be filled up with
/// zeros, of which a few bytes of header can promise many gigabytes. Compressions without a bound are
/// decoded for that, if the promise is large.
pub(crate) fn is_overstated(member: &Member, file: &Arc<File>) -> bool {
    let stored = member.data.end - member.data.start;
    let most = stored.saturating_mul(DEFLATED);
    match member.method() {
        _ if !is_read(member) => false,
        0 => member.size > stored,
        8 => member.size > most,
        _ if member.size <= most => false,
        _ => {
            let section = Section::new(file, member.data.clone());
            let decoder = decoded(member, section).map(|decoder| decoder.take(member.size));
            let bytes = decoder.map(|mut decoder| io::copy(&mut decoder, &mut io::sink()));
            !matches!(bytes, Some(Ok(bytes)) if bytes == member.size)
        }
    }
}

fn is_read(member: &Member) -> bool {
    if member.is_overstated {
        return false;
    }
    let method = member.method();
    let is_known = COMPRESSIONS.iter().any(|(number, _)| *number == method);
    !member.is_encrypted && (matches!(method, 0 | 8) || is_known)
}

fn decoded(member: &Member, data: Section) -> Option<Box<dyn Read + Send>> {
    if !is_read(member) {
        return None;
    }
    match member.method() {
        0 => Some(Box::new(data)),
        8 => Some(Box::new(DeflateDecoder::new(data))),
        method => {
            let (_, compression) = COMPRESSIONS.iter().find(|(number, _)| *number == method)?;
            let decoder = Decoder::new(data, *compression, WINDOW, Digesting::Off);
            Some(Box::new(decoder))
        }
    }
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            self.finish();
            return Ok(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let step = most.min(buffer.len());
        let Some(part) = buffer.get_mut(..step).filter(|part| !part.is_empty()) else {
            return Ok(0);
        };
        let read = match self.inner.read(part) {
            Ok(0) | Err(_) => {
                self.give_up(EntryProblem::Damaged);
                self.inner.read(part)?
            }
            Ok(read) => read,
        };
        if let Some(check) = &mut self.check {
            check.crc.update(part.get(..read).unwrap_or_default());
        }
        self.left -= read as u64;
        if self.left == 0 {
            self.finish();
        }
        Ok(read)
    }
}
