//! A list of small values of one size: in memory up to a limit, and in an unlinked file beyond it.
//!
//! Values never move: the first ones stay in memory, and the rest are appended to the file. They
//! are read back with `pread`: in large pieces while reading forward, otherwise two at a time.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// A value that is always written as the same number of bytes.
pub(crate) trait FixedSize: Copy {
    /// How many bytes.
    const BYTES: usize;

    fn write(self, out: &mut Vec<u8>);

    /// Reads a value from exactly [`Self::BYTES`] bytes.
    fn read(bytes: &[u8]) -> Self;
}

/// The `N` bytes of `bytes` that start at `at`, or zeros if there are fewer.
pub(crate) fn part<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let part = bytes.get(at..at + N).and_then(|part| part.try_into().ok());
    part.unwrap_or([0; N])
}

impl FixedSize for u32 {
    const BYTES: usize = 4;

    fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_ne_bytes());
    }

    fn read(bytes: &[u8]) -> Self {
        Self::from_ne_bytes(part(bytes, 0))
    }
}

impl FixedSize for u64 {
    const BYTES: usize = 8;

    fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_ne_bytes());
    }

    fn read(bytes: &[u8]) -> Self {
        Self::from_ne_bytes(part(bytes, 0))
    }
}

/// Bytes written at once.
const WRITE: usize = 64 << 10;
/// Values read at once where the last read ended.
const FORWARD: usize = 1024;
/// Values read after a jump: the one asked for and the next, which says where a span ends.
const JUMP: usize = 2;

/// A list that goes to a file beyond a limit.
#[derive(Debug)]
pub(crate) struct SpillVec<T> {
    memory: Vec<T>,
    limit: usize,
    file: Option<File>,
    /// Bytes that are in the file.
    written: u64,
    /// Bytes that come after those and are not written yet.
    waiting: Vec<u8>,
    length: usize,
}

impl<T> Default for SpillVec<T> {
    /// A list without a limit.
    fn default() -> Self {
        Self::new(u64::MAX)
    }
}

impl<T> SpillVec<T> {
    /// An empty list that holds at most `limit` values in memory.
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            memory: Vec::new(),
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            file: None,
            written: 0,
            waiting: Vec::new(),
            length: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.length
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Reserves memory for `count` more values, or for those of them that stay in memory.
    pub(crate) fn reserve(&mut self, count: usize) {
        let most = self.limit.saturating_sub(self.memory.len());
        self.memory.reserve_exact(count.min(most));
    }
}

impl<T: FixedSize> SpillVec<T> {
    /// # Errors
    /// The temporary file cannot be made or written.
    pub(crate) fn push(&mut self, value: T) -> io::Result<()> {
        if self.memory.len() < self.limit {
            self.memory.push(value);
        } else {
            value.write(&mut self.waiting);
            if self.waiting.len() >= WRITE {
                self.flush().map_err(in_words)?;
            }
        }
        self.length += 1;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile()?,
        };
        file.write_all_at(&self.waiting, self.written)?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        self.file = Some(file);
        Ok(())
    }

    /// Removes the last value and gives it.
    pub(crate) fn pop(&mut self) -> io::Result<Option<T>> {
        let Some(last) = self.length.checked_sub(1) else {
            return Ok(None);
        };
        let value = self.get(last)?;
        if last < self.memory.len() {
            let _ = self.memory.pop();
        } else if self.waiting.is_empty() {
            self.written -= T::BYTES as u64;
        } else {
            self.waiting.truncate(self.waiting.len() - T::BYTES);
        }
        self.length = last;
        Ok(value)
    }

    /// One value. Use a cursor to read many.
    pub(crate) fn get(&self, at: usize) -> io::Result<Option<T>> {
        match self.memory.get(at) {
            Some(value) => Ok(Some(*value)),
            None => self.cursor().get(at),
        }
    }

    pub(crate) fn cursor(&self) -> Cursor<'_, T> {
        Cursor {
            list: self,
            window: Vec::new(),
            start: 0,
        }
    }

    /// The values from position `from` on.
    pub(crate) fn iter_from(&self, from: usize) -> impl Iterator<Item = io::Result<T>> {
        let mut cursor = self.cursor();
        (from..self.length).filter_map(move |at| cursor.get(at).transpose())
    }
}

/// Reads a list, mostly forward.
#[derive(Debug)]
pub(crate) struct Cursor<'list, T> {
    list: &'list SpillVec<T>,
    window: Vec<u8>,
    /// Position of the first value in the window.
    start: usize,
}

impl<T: FixedSize> Cursor<'_, T> {
    #[inline]
    pub(crate) fn get(&mut self, at: usize) -> io::Result<Option<T>> {
        match self.list.memory.get(at) {
            Some(value) => Ok(Some(*value)),
            None if at >= self.list.length => Ok(None),
            None => self.beyond(at).map(Some).map_err(in_words),
        }
    }

    #[inline(never)]
    fn beyond(&mut self, at: usize) -> io::Result<T> {
        let end = self.start + self.window.len() / T::BYTES;
        if at == end && at > self.start {
            // The previous value is often asked for again.
            self.fill(at - 1, FORWARD)?;
        }
        let end = self.start + self.window.len() / T::BYTES;
        if !(self.start..end).contains(&at) {
            self.fill(at, JUMP)?;
        }
        let from = (at - self.start) * T::BYTES;
        let bytes = self.window.get(from..from + T::BYTES);
        bytes
            .map(T::read)
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Reads values from the file, or from the bytes that are not written yet.
    fn fill(&mut self, at: usize, count: usize) -> io::Result<()> {
        let offset = ((at - self.list.memory.len()) as u64) * T::BYTES as u64;
        let wanted = count.min(self.list.length - at) * T::BYTES;
        self.start = at;
        self.window.clear();
        let Some(file) = self
            .list
            .file
            .as_ref()
            .filter(|_| offset < self.list.written)
        else {
            let from = usize::try_from(offset - self.list.written).unwrap_or(usize::MAX);
            let waiting = self.list.waiting.get(from..).unwrap_or_default();
            let waiting = waiting.get(..wanted).unwrap_or(waiting);
            self.window.extend_from_slice(waiting);
            return Ok(());
        };
        let there = usize::try_from(self.list.written - offset).unwrap_or(usize::MAX);
        self.window.resize(wanted.min(there), 0);
        file.read_exact_at(&mut self.window, offset)
    }
}

fn in_words(error: io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("temporary file of the index: {error}"),
    )
}

#[cfg(test)]
mod tests {
    use crate::compare::spill::vec::SpillVec;

    #[test]
    fn values_read_back_in_any_order_wherever_they_are() {
        let count = 40_000_u64;
        // The last ones are not written yet, but with 7,232 in memory, 32,768 are four whole writes.
        for limit in [0, 3, 1023, 7_232, 20_000, u64::MAX] {
            let mut list = SpillVec::new(limit);
            for value in 0..count {
                list.push(value * 3).unwrap();
            }
            let all: Vec<u64> = list.iter_from(0).map(Result::unwrap).collect();
            assert!(all.iter().copied().eq((0..count).map(|value| value * 3)));
            let mut cursor = list.cursor();
            for at in [39_999, 0, 2, 3, 4, 30_000, 30_001, 30_002, 29_999, 20_000] {
                let value = Some(at as u64 * 3);
                assert_eq!(cursor.get(at).unwrap(), value, "{at} of {limit}");
                assert_eq!(list.get(at).unwrap(), value, "{at} of {limit}");
            }
            assert_eq!(list.get(40_000).unwrap(), None);
        }
    }

    #[test]
    fn the_last_value_is_taken_away_wherever_it_is() {
        for count in [0, 2, 3, 4, 8192, 8195, 8196] {
            let mut list = SpillVec::new(3);
            (0..count).for_each(|value: u64| list.push(value).unwrap());
            assert_eq!(list.pop().unwrap(), count.checked_sub(1), "{count}");
            list.push(7).unwrap();
            let all: Vec<u64> = list.iter_from(0).map(Result::unwrap).collect();
            let kept = 0..count.saturating_sub(1);
            assert_eq!(all, kept.chain([7]).collect::<Vec<_>>(), "{count}");
        }
    }
}
