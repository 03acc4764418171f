//! Records of any length in an unlinked file, in the order in which they are written.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

/// Bytes written at once.
const WRITE: usize = 64 << 10;
/// Bytes before each record, which are its length.
const LENGTH: usize = 4;

/// A file of records that grows.
#[derive(Debug)]
pub(crate) struct RecordWriter {
    file: File,
    /// Bytes that are in the file.
    written: u64,
    /// Bytes that come after those and are not written yet.
    waiting: Vec<u8>,
    count: usize,
}

impl RecordWriter {
    /// # Errors
    /// The temporary file cannot be made.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            file: tempfile::tempfile().map_err(in_words)?,
            written: 0,
            waiting: Vec::with_capacity(WRITE),
            count: 0,
        })
    }

    /// Appends a record.
    ///
    /// # Errors
    /// The temporary file cannot be written, or the record is longer than 4 GiB.
    pub(crate) fn push(&mut self, record: &[u8]) -> io::Result<()> {
        let length = u32::try_from(record.len());
        let length = length.map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        self.waiting.extend_from_slice(&length.to_ne_bytes());
        self.waiting.extend_from_slice(record);
        self.count += 1;
        if self.waiting.len() >= WRITE {
            self.flush()?;
        }
        Ok(())
    }

    /// Where the next record begins.
    pub(crate) fn position(&self) -> u64 {
        self.written + self.waiting.len() as u64
    }

    fn flush(&mut self) -> io::Result<()> {
        let file = &self.file;
        file.write_all_at(&self.waiting, self.written)
            .map_err(in_words)?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    /// The records, to be read.
    ///
    /// # Errors
    /// The temporary file cannot be written.
    pub(crate) fn finish(mut self) -> io::Result<Records> {
        self.flush()?;
        Ok(Records {
            file: self.file,
            bytes: self.written,
            count: self.count,
        })
    }
}

/// A file of records that is complete.
#[derive(Debug)]
pub(crate) struct Records {
    file: File,
    bytes: u64,
    count: usize,
}

impl Records {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// All records, with `window` bytes read at once.
    pub(crate) fn read(&self, window: usize) -> RecordReader<'_> {
        self.read_range(0..self.bytes, window)
    }

    /// Those from one position to another, which are where records begin.
    pub(crate) fn read_range(&self, range: Range<u64>, window: usize) -> RecordReader<'_> {
        RecordReader {
            file: &self.file,
            range,
            window,
            buffer: Vec::new(),
            at: 0,
        }
    }
}

/// Reads records, one after the other.
#[derive(Debug)]
pub(crate) struct RecordReader<'records> {
    file: &'records File,
    /// What is not in the buffer yet.
    range: Range<u64>,
    window: usize,
    buffer: Vec<u8>,
    /// Where the next record begins in the buffer.
    at: usize,
}

impl RecordReader<'_> {
    /// The next record; `None` after the last one.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub(crate) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        if self.at == self.buffer.len() && self.range.is_empty() {
            return Ok(None);
        }
        let length: [u8; LENGTH] = crate::compare::spill::vec::part(self.take(LENGTH)?, 0);
        let length = usize::try_from(u32::from_ne_bytes(length)).unwrap_or(usize::MAX);
        self.take(length).map(Some)
    }

    /// The next `count` bytes.
    fn take(&mut self, count: usize) -> io::Result<&[u8]> {
        if self.buffer.len() - self.at < count {
            self.fill(count).map_err(in_words)?;
        }
        let from = self.at;
        self.at += count;
        let taken = self.buffer.get(from..self.at);
        taken.ok_or_else(|| in_words(io::ErrorKind::UnexpectedEof.into()))
    }

    /// Reads on until the buffer has `count` bytes that were not taken.
    fn fill(&mut self, count: usize) -> io::Result<()> {
        let _ = self.buffer.drain(..self.at);
        self.at = 0;
        let there = self.buffer.len();
        let left = usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX);
        let more = self.window.max(count - there).min(left);
        self.buffer.resize(there + more, 0);
        let new = self.buffer.get_mut(there..).unwrap_or_default();
        self.file.read_exact_at(new, self.range.start)?;
        self.range.start += more as u64;
        Ok(())
    }
}

fn in_words(error: io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("temporary file of divergences: {error}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_read_back_whatever_their_length_and_the_window() {
        let record = |n: usize| vec![b'a' + u8::try_from(n % 26).unwrap(); n * 37 % 5_000];
        let mut writer = RecordWriter::new().unwrap();
        let mut middle = 0;
        for n in 0..200 {
            if n == 100 {
                middle = writer.position();
            }
            writer.push(&record(n)).unwrap();
        }
        let end = writer.position();
        let records = writer.finish().unwrap();
        assert_eq!(records.len(), 200);
        for window in [1, 100, 4096, 1 << 20] {
            let mut all = records.read(window);
            let mut half = records.read_range(middle..end, window);
            for n in 0..200 {
                assert_eq!(all.next().unwrap(), Some(&record(n)[..]), "{n}, {window}");
            }
            for n in 100..200 {
                assert_eq!(half.next().unwrap(), Some(&record(n)[..]), "{n}, {window}");
            }
            assert_eq!((all.next().unwrap(), half.next().unwrap()), (None, None));
        }
    }
}
