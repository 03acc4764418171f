//! Reading ahead: one thread per input decodes into a few recycled buffers.

use std::io;
use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::input::compression::Compression;
use crate::input::decode::{ContainerDigest, ContainerStats, Decoder, Digesting};

/// Bytes of one buffer: few hand-overs between threads; 1 MiB would leave the second level cache.
const CHUNK: usize = 256 << 10;

/// Buffers on their way between a reader and its consumer.
const IN_FLIGHT: usize = 3;

/// The consumer's end: decoded chunks in order, every one full except the last.
#[derive(Debug)]
pub struct Chunks {
    filled: Receiver<Vec<u8>>,
    empty: SyncSender<Vec<u8>>,
}

impl Chunks {
    /// The next chunk; `None` at the end (the reader's outcome says whether it ended well).
    #[must_use]
    pub fn next(&self) -> Option<Vec<u8>> {
        self.filled.recv().ok()
    }

    /// Gives a buffer back.
    pub fn recycle(&self, buffer: Vec<u8>) {
        // The reader may be gone already; then nobody needs the buffer.
        drop(self.empty.try_send(buffer));
    }
}

/// What a reader says when it has ended.
#[derive(Debug)]
pub struct StreamEnd {
    /// What was seen of the compression.
    pub stats: ContainerStats,
    /// The digest of the compression's bytes, where it was asked for and they were read to their end.
    pub digest: Option<ContainerDigest>,
    /// Decoded bytes.
    pub bytes: u64,
    /// The error that ended it.
    pub error: Option<io::Error>,
}

/// Makes the two ends of a reader: the consumer's, and the work for a thread.
///
/// The work returns when the input ends or fails, or the consumer is dropped.
pub fn read_ahead<R: Read + Send>(
    input: R,
    compression: Compression,
    window_log: u32,
    digesting: Digesting,
) -> (Chunks, impl FnOnce() -> StreamEnd + Send) {
    let (to_consumer, filled) = sync_channel(IN_FLIGHT);
    let (empty, to_reader) = sync_channel(IN_FLIGHT + 2);
    let work = move || {
        read_all(
            Decoder::new(input, compression, window_log, digesting),
            &to_consumer,
            &to_reader,
        )
    };
    (Chunks { filled, empty }, work)
}

fn read_all<R: Read>(
    mut decoder: Decoder<R>,
    filled: &SyncSender<Vec<u8>>,
    empty: &Receiver<Vec<u8>>,
) -> StreamEnd {
    let mut bytes = 0;
    let error = loop {
        let mut buffer = empty.try_recv().unwrap_or_default();
        buffer.resize(CHUNK, 0);
        let Filled { length, error } = fill(&mut decoder, &mut buffer);
        buffer.truncate(length);
        bytes += length as u64;
        if length > 0 && filled.send(buffer).is_err() {
            break error;
        }
        if error.is_some() || length < CHUNK {
            break error;
        }
    };
    StreamEnd {
        stats: decoder.stats().clone(),
        digest: decoder.container_digest(),
        bytes,
        error,
    }
}

/// How much of a buffer was filled, and what kept the rest empty if it is not the end.
struct Filled {
    length: usize,
    error: Option<io::Error>,
}

fn fill(input: &mut impl Read, buffer: &mut [u8]) -> Filled {
    let mut done = 0;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                return Filled {
                    length: done,
                    error: Some(error),
                };
            }
        }
    }
    Filled {
        length: done,
        error: None,
    }
}
