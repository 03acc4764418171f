//! A stream that begins with zeros and has no end, such as `/dev/zero`.

use std::io;
use std::io::Read;

/// Zeros from the start after which a stream is given up: no archive begins so.
const MOST: u64 = 1 << 30;

/// Reads a stream, and fails where its first gigabyte holds nothing but zeros.
#[derive(Debug)]
pub(crate) struct ZeroGuard<R> {
    inner: R,
    /// Zeros so far; `None` after the first other byte.
    zeros: Option<u64>,
    most: u64,
}

impl<R> ZeroGuard<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self {
            inner,
            zeros: Some(0),
            most: MOST,
        }
    }
}

impl<R: Read> Read for ZeroGuard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let Some(zeros) = self.zeros else {
            return Ok(read);
        };
        let data = buffer.get(..read).unwrap_or_default();
        self.zeros = data
            .iter()
            .all(|byte| *byte == 0)
            .then_some(zeros + read as u64);
        match self.zeros {
            Some(zeros) if zeros >= self.most && read > 0 => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "nothing but zeros in the first GiB",
            )),
            _ => Ok(read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_of_zeros_fails_at_the_bound_and_any_other_byte_lifts_it() {
        let read = |bytes: &[u8]| {
            let mut guard = ZeroGuard {
                most: 100,
                ..ZeroGuard::new(bytes)
            };
            let mut out = Vec::new();
            guard
                .read_to_end(&mut out)
                .map_err(|error| error.to_string())
        };
        assert_eq!(read(&[0; 99]), Ok(99));
        assert_eq!(
            read(&[0; 200]),
            Err("nothing but zeros in the first GiB".to_owned())
        );
        assert_eq!(read(&[&[1][..], &[0; 200]].concat()), Ok(201));
    }
}
