//! A part of a file, read like a stream of its own.

use std::fs::File;
use std::io;
use std::io::Read;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

/// Reads the bytes of a span, whatever else reads the same file.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    file: Arc<File>,
    span: Range<u64>,
}

impl Section {
    pub(crate) fn new(file: &Arc<File>, span: Range<u64>) -> Self {
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
