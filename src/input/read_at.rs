//! Random access to an archive's bytes, and comparing two of them.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// Bytes of one read of a file that is compared. Two buffers of it stay in the first levels
/// of cache, and the kernel copies into them three times as fast as into 256 KiB ones
/// (`docs/performance.md`).
pub const PIECE: usize = 64 << 10;

/// Bytes that can be read at any offset. Reading is shared between threads.
pub trait ReadAt: Sync {
    /// Reads at most `buffer.len()` bytes at `offset`; 0 at the end only.
    ///
    /// # Errors
    /// The operating system's.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Length in bytes.
    fn length(&self) -> u64;
}

/// A regular file.
#[derive(Debug)]
pub struct RegularFile {
    /// The file.
    pub file: File,
    /// The length that it had when it was opened, in bytes.
    pub length: u64,
}

impl ReadAt for RegularFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }

    fn length(&self) -> u64 {
        self.length
    }
}

impl ReadAt for &[u8] {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|start| self.get(start..))
            .unwrap_or_default();
        let step = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..step), rest.get(..step)) {
            to.copy_from_slice(from);
        }
        Ok(step)
    }

    fn length(&self) -> u64 {
        self.len() as u64
    }
}

/// Fills `buffer` from `offset`; fewer bytes only where the input ends.
///
/// # Errors
/// The operating system's.
pub fn read_up_to(reader: &dyn ReadAt, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        let Some(rest) = buffer.get_mut(done..) else {
            break;
        };
        match reader.read_at(rest, offset + done as u64) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// The bytes of an input from an offset on.
#[derive(Clone, Copy)]
pub struct Position<'input> {
    /// The input.
    pub reader: &'input dyn ReadAt,
    /// The offset.
    pub offset: u64,
}

impl std::fmt::Debug for Position<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Position")
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

/// Two buffers of equal length, for comparing.
#[derive(Debug)]
pub struct Scratch {
    pub(crate) left: Vec<u8>,
    pub(crate) right: Vec<u8>,
}

impl Scratch {
    /// Two buffers of `size` bytes.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self {
            left: vec![0; size],
            right: vec![0; size],
        }
    }
}

/// Where `length` bytes of `left` and of `right` first differ, counted from their offsets.
///
/// # Errors
/// A read failed, or an input is shorter than asked (it shrank meanwhile).
pub fn first_difference(
    left: Position<'_>,
    right: Position<'_>,
    length: u64,
    scratch: &mut Scratch,
) -> io::Result<Option<u64>> {
    let mut done = 0;
    while done < length {
        let step = usize::try_from(length - done)
            .unwrap_or(usize::MAX)
            .min(scratch.left.len())
            .min(scratch.right.len());
        let (Some(old), Some(new)) = (scratch.left.get_mut(..step), scratch.right.get_mut(..step))
        else {
            break;
        };
        if read_up_to(left.reader, old, left.offset + done)? < step
            || read_up_to(right.reader, new, right.offset + done)? < step
        {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file shrank while it was read",
            ));
        }
        if old != new {
            let at = old
                .iter()
                .zip(new.iter())
                .position(|(a, b)| a != b)
                .unwrap_or(0);
            return Ok(Some(done + at as u64));
        }
        done += step as u64;
    }
    Ok(None)
}

/// A buffer over a [`ReadAt`] for mostly forward reads of a few blocks.
pub struct Window<'input> {
    reader: &'input dyn ReadAt,
    buffer: Vec<u8>,
    start: u64,
}

impl std::fmt::Debug for Window<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Window")
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}

/// Read where the last read ended: entries without content follow each other.
const FORWARD: usize = 64 << 10;
/// Read after a jump: a header and, often, a small file and the next header.
const JUMP: usize = 4 << 10;

impl<'input> Window<'input> {
    /// An empty window.
    #[must_use]
    pub fn new(reader: &'input dyn ReadAt) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            start: 0,
        }
    }

    /// `length` bytes at `offset`, fewer where the input ends.
    ///
    /// # Errors
    /// The operating system's.
    pub fn bytes(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        let end = self.start + self.buffer.len() as u64;
        let inside = offset >= self.start && offset + length as u64 <= end;
        if !inside {
            let forward = offset >= self.start && offset <= end && !self.buffer.is_empty();
            self.buffer
                .resize(length.max(if forward { FORWARD } else { JUMP }), 0);
            let read = read_up_to(self.reader, &mut self.buffer, offset)?;
            self.buffer.truncate(read);
            self.start = offset;
        }
        let from = usize::try_from(offset - self.start).unwrap_or(usize::MAX);
        let available = self.buffer.get(from..).unwrap_or_default();
        Ok(available.get(..length).unwrap_or(available))
    }
}
