//! What is kept of a stream from its first difference on.
//!
//! The equal part before is not kept, except the chunks of the entry in hand: it reads
//! as zeros, on both sides alike, and is never compared again. Runs of zeros become
//! holes of the file, so that a decompression bomb takes no room.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use crate::input::read_at::ReadAt;

/// Decoded bytes that were kept although they lie before the spool's start.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Offset in the decoded stream.
    pub offset: u64,
    /// The bytes.
    pub bytes: Arc<Vec<u8>>,
}

/// Bytes kept in memory before a file is made.
const IN_MEMORY: usize = 2 << 20;

/// Granularity of holes.
const HOLE: usize = 64 << 10;

/// Random access to a decoded stream from its first difference on.
#[derive(Debug)]
pub struct Spool {
    kept: Vec<Segment>,
    start: u64,
    memory: Vec<u8>,
    file: Option<File>,
    length: u64,
    stored: u64,
    limit: u64,
}

impl Spool {
    /// An empty spool for the bytes from `start` on. `kept` is in order of offsets.
    /// At most `limit` bytes that are not zero go to the file.
    #[must_use]
    pub fn new(kept: Vec<Segment>, start: u64, limit: u64) -> Self {
        Self {
            kept,
            start,
            memory: Vec::new(),
            file: None,
            length: start,
            stored: 0,
            limit,
        }
    }

    /// Adds the next bytes.
    ///
    /// # Errors
    /// The temporary file cannot be made or written, or the limit is reached.
    pub fn push(&mut self, data: &[u8]) -> io::Result<()> {
        if self.file.is_none() {
            if self.memory.len() + data.len() <= IN_MEMORY {
                self.memory.extend_from_slice(data);
                self.length += data.len() as u64;
                return Ok(());
            }
            let file = tempfile::tempfile()?;
            let memory = std::mem::take(&mut self.memory);
            self.length = self.start;
            self.file = Some(file);
            self.append(&memory)?;
        }
        self.append(data)
    }

    fn append(&mut self, data: &[u8]) -> io::Result<()> {
        for piece in data.chunks(HOLE) {
            if piece.iter().any(|byte| *byte != 0) {
                self.stored += piece.len() as u64;
                if self.stored > self.limit {
                    return Err(io::Error::new(
                        io::ErrorKind::FileTooLarge,
                        "more to keep than the limit on temporary files allows",
                    ));
                }
                if let Some(file) = &self.file {
                    file.write_all_at(piece, self.length - self.start)?;
                }
            }
            self.length += piece.len() as u64;
        }
        Ok(())
    }

    fn before_start(&self, buffer: &mut [u8], offset: u64) -> usize {
        let limit = usize::try_from(self.start - offset)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let inside = self
            .kept
            .iter()
            .find(|kept| (kept.offset..kept.offset + kept.bytes.len() as u64).contains(&offset));
        if let Some(kept) = inside {
            let from = usize::try_from(offset - kept.offset).unwrap_or(usize::MAX);
            let bytes = kept.bytes.get(from..).unwrap_or_default();
            let step = bytes.len().min(limit);
            if let (Some(to), Some(bytes)) = (buffer.get_mut(..step), bytes.get(..step)) {
                to.copy_from_slice(bytes);
            }
            return step;
        }
        let next = self
            .kept
            .iter()
            .map(|kept| kept.offset)
            .find(|start| *start > offset)
            .unwrap_or(self.start);
        let step = usize::try_from(next - offset)
            .unwrap_or(usize::MAX)
            .min(limit);
        buffer.iter_mut().take(step).for_each(|byte| *byte = 0);
        step
    }
}

impl ReadAt for Spool {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset >= self.length {
            return Ok(0);
        }
        if offset < self.start {
            return Ok(self.before_start(buffer, offset));
        }
        let at = offset - self.start;
        let Some(file) = &self.file else {
            return (&self.memory[..]).read_at(buffer, at);
        };
        let step = usize::try_from(self.length - offset)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let Some(target) = buffer.get_mut(..step) else {
            return Ok(0);
        };
        let read = file.read_at(target, at)?;
        if read > 0 {
            return Ok(read);
        }
        // Beyond the last byte written, but inside the length: zeros at the end are not stored.
        target.fill(0);
        Ok(step)
    }

    fn length(&self) -> u64 {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::input::read_at::{ReadAt as _, read_up_to};
    use crate::input::spool::{IN_MEMORY, Segment, Spool};

    #[test]
    fn kept_segments_holes_and_stored_bytes_read_back() {
        let kept = vec![Segment {
            offset: 4,
            bytes: Arc::new(b"kept".to_vec()),
        }];
        let mut spool = Spool::new(kept, 10, 1 << 30);
        let big = [vec![0; IN_MEMORY], b"x".to_vec(), vec![0; IN_MEMORY]].concat();
        assert!(spool.push(&big).is_ok() && spool.push(b"end").is_ok());
        let mut all = vec![1; 10 + big.len() + 3];
        assert_eq!(read_up_to(&spool, &mut all, 0).ok(), Some(all.len()));
        assert_eq!(all, [b"\0\0\0\0kept\0\0".as_slice(), &big, b"end"].concat());
        assert_eq!(spool.length(), all.len() as u64);
    }

    #[test]
    fn the_limit_counts_what_is_not_zero() {
        let mut spool = Spool::new(Vec::new(), 0, 1 << 20);
        assert!(spool.push(&vec![0; IN_MEMORY * 4]).is_ok());
        assert!(spool.push(&vec![1; IN_MEMORY]).is_err());
    }
}
