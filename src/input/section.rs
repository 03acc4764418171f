//! A part of a file: read like a stream of its own, or at any offset.

use std::fs::File;
use std::io;
use std::io::Read;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use crate::input::read_at::ReadAt;

/// Reads the bytes of a span, whatever else reads the same file.
#[derive(Debug, Clone)]
pub struct Section {
    file: Arc<File>,
    span: Range<u64>,
}

impl Section {
    /// The bytes of `file` in `span`.
    #[must_use]
    pub fn new(file: &Arc<File>, span: Range<u64>) -> Self {
        Self {
            file: Arc::clone(file),
            span,
        }
    }
}

impl Read for Section {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.span.end.saturating_sub(self.span.start));
        let step = left.unwrap_or(usize::MAX).min(buffer.len());
        let Some(part) = buffer.get_mut(..step).filter(|part| !part.is_empty()) else {
            return Ok(0);
        };
        let read = self.file.read_at(part, self.span.start)?;
        if read == 0 {
            // The span lay inside the file when that was opened.
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file shrank while it was read",
            ));
        }
        self.span.start += read as u64;
        Ok(read)
    }
}

impl ReadAt for Section {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = self.length().saturating_sub(offset);
        let step = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let part = buffer.get_mut(..step).unwrap_or_default();
        self.file.read_at(part, self.span.start + offset)
    }

    fn length(&self) -> u64 {
        self.span.end.saturating_sub(self.span.start)
    }
}
