//! Streams that are read one after the other, however many there are.
//!
//! `Read::chain` in a loop nests each stream in the next one: every read goes through all of them,
//! and thousands overflow the stack.

use std::io;
use std::io::{Cursor, Read};

use crate::tar::block::padding_len;
use crate::tar::written::WrittenEntry;

/// One of the streams.
pub(crate) type Part = Box<dyn Read + Send>;

/// Reads the streams that an iterator gives, each when the one before has ended.
pub(crate) struct Sequence<I> {
    now: Part,
    rest: I,
}

impl<I> std::fmt::Debug for Sequence<I> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Sequence").finish_non_exhaustive()
    }
}

impl<I: Iterator<Item = io::Result<Part>>> Sequence<I> {
    pub(crate) fn new(rest: I) -> Self {
        Self {
            now: Box::new(io::empty()),
            rest,
        }
    }
}

impl<I: Iterator<Item = io::Result<Part>>> Read for Sequence<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let read = self.now.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            let Some(next) = self.rest.next() else {
                return Ok(0);
            };
            self.now = next?;
        }
    }
}

/// Entries, each with its content and padding, as a tar archive.
pub(crate) fn archive(
    entries: impl Iterator<Item = io::Result<Part>> + Send + 'static,
) -> impl Read + Send {
    let end: Part = Box::new(Cursor::new(vec![0; 1024]));
    Sequence::new(entries.chain(std::iter::once(Ok(end))))
}

/// An entry of a tar archive: its headers, a content of `size` bytes, and the padding.
pub(crate) fn entry(headers: Vec<u8>, size: u64, content: impl Read + Send + 'static) -> Part {
    let padding = usize::try_from(padding_len(size)).unwrap_or(0);
    let headers = Cursor::new(headers);
    Box::new(headers.chain(content).chain(Cursor::new(vec![0; padding])))
}

/// An archive whose one entry has a content of `size` bytes.
pub(crate) fn archive_of_one<R: Read + Send + 'static>(
    path: &[u8],
    size: u64,
    content: R,
) -> impl Read + Send + use<R> {
    let headers = WrittenEntry::file(path, size).headers();
    archive(std::iter::once(Ok(entry(headers, size, content))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_thousand_streams_are_read_one_after_the_other() {
        let parts = (0..100_000_u32).map(|number| -> io::Result<Part> {
            let bytes = if number % 3 == 0 { vec![] } else { vec![7] };
            Ok(Box::new(Cursor::new(bytes)))
        });
        let mut bytes = Vec::new();
        let read = Sequence::new(parts).read_to_end(&mut bytes).unwrap();
        assert_eq!(read, 66_666);
        assert!(bytes.iter().all(|byte| *byte == 7));
    }

    #[test]
    fn an_archive_of_one_entry_has_its_header_its_padding_and_its_end() {
        let mut bytes = Vec::new();
        let mut archive = archive_of_one(b"a", 3, &b"abc"[..]);
        let read = archive.read_to_end(&mut bytes).unwrap();
        assert_eq!(read, 512 + 512 + 1024);
        assert_eq!(bytes.get(512..515), Some(&b"abc"[..]));
    }
}
