//! Decoding of containers, member by member.
//!
//! The decoders' own multi-member modes drop or refuse what follows a member; here a
//! member ends, the next is recognised by its magic, and whatever else follows is
//! counted and digested as bytes after the compression.

use std::io;
use std::io::{BufRead, Read};

use sha2::{Digest as _, Sha256};

use crate::input::compression::{Compression, is_skippable, member};
use crate::input::zstd_header::ZstdHeader;

/// What was seen of a compression besides its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContainerStats {
    /// gzip members, zstd frames, xz or bzip2 streams.
    pub members: u64,
    /// Skippable zstd frames.
    pub skippable: u64,
    /// Bytes after the last member.
    pub trailing: u64,
    /// Whether one of those is not zero.
    pub trailing_data: bool,
}

/// Whether the bytes of a compression are digested while they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digesting {
    /// They are.
    On,
    /// They are not, which is faster.
    Off,
}

/// Tells the bytes of a compression from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContainerDigest {
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// How many they are.
    pub length: u64,
}

/// A zstd frame needs a larger window than it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("zstd frame: its window of 2^{needed} bytes is over the limit")]
pub(crate) struct WindowTooLarge {
    /// Base-2 logarithm of the window in bytes.
    pub(crate) needed: u32,
}

type Buffered<R> = CountingReader<R>;

enum Stage<R: Read> {
    Between(Buffered<R>),
    Plain(Buffered<R>),
    Gzip(flate2::bufread::GzDecoder<Buffered<R>>),
    Zstd(zstd::stream::read::Decoder<'static, Buffered<R>>),
    Xz(liblzma::bufread::XzDecoder<Buffered<R>>),
    Bzip2(bzip2::bufread::BzDecoder<Buffered<R>>),
    Lz4(Box<lz4_flex::frame::FrameDecoder<Buffered<R>>>),
    Done(Buffered<R>),
    Failed,
}

/// A reader of the decoded bytes.
pub struct Decoder<R: Read> {
    compression: Compression,
    stage: Stage<R>,
    stats: ContainerStats,
    window_log: u32,
}

impl<R: Read> std::fmt::Debug for Decoder<R> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Decoder")
            .field("compression", &self.compression)
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}

/// Memory that one stream of xz, lzip or lzma may ask for, in bytes.
const XZ_MEMORY: u64 = 256 << 20;

impl<R: Read> Decoder<R> {
    /// Decodes `input`, which is in `compression`. `window_log` bounds a zstd window (and so its
    /// memory) to `1 << window_log` bytes.
    #[must_use]
    pub fn new(input: R, compression: Compression, window_log: u32, digesting: Digesting) -> Self {
        let stage = if compression == Compression::Plain {
            Stage::Plain(CountingReader::unbuffered(input))
        } else {
            Stage::Between(CountingReader::buffered(input, digesting))
        };
        Self {
            compression,
            stage,
            stats: ContainerStats::default(),
            window_log,
        }
    }

    /// What was seen so far; complete after the end.
    #[must_use]
    pub fn stats(&self) -> &ContainerStats {
        &self.stats
    }

    /// The digest of the compression's own bytes, once everything was read, where it was asked for.
    #[must_use]
    pub fn container_digest(self) -> Option<ContainerDigest> {
        match self.stage {
            Stage::Done(input) => input.finish(),
            _ => None,
        }
    }

    fn between(&mut self, mut input: Buffered<R>) -> io::Result<Stage<R>> {
        let start = input.peek(13)?;
        if start.is_empty() {
            return Ok(Stage::Done(input));
        }
        let zeros = start.iter().take_while(|byte| **byte == 0).count();
        if self.compression == Compression::Xz && self.stats.members > 0 && zeros >= 4 {
            // Stream padding: a multiple of four zero bytes, then another stream or the end.
            self.stats.trailing += 4;
            input.consume(4);
            return Ok(Stage::Between(input));
        }
        if member(start) != self.compression {
            return self.trailing(input);
        }
        if self.compression == Compression::Zstd && is_skippable(start) {
            return self.skip_frame(input);
        }
        if self.compression == Compression::Zstd {
            self.check_window(start)?;
        }
        self.stats.members += 1;
        Ok(match self.compression {
            Compression::Gzip => Stage::Gzip(flate2::bufread::GzDecoder::new(input)),
            Compression::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(input)?.single_frame();
                decoder.window_log_max(self.window_log)?;
                Stage::Zstd(decoder)
            }
            Compression::Xz | Compression::Lzip | Compression::Lzma => {
                let stream = lzma_stream(self.compression).map_err(io::Error::other)?;
                Stage::Xz(liblzma::bufread::XzDecoder::new_stream(input, stream))
            }
            Compression::Lz4 => Stage::Lz4(Box::new(lz4_flex::frame::FrameDecoder::new(input))),
            Compression::Bzip2 => Stage::Bzip2(bzip2::bufread::BzDecoder::new(input)),
            Compression::Plain => Stage::Plain(input),
        })
    }

    /// The end of an LZ4 frame. The decoder takes the end of the input for one, wherever it comes.
    fn lz4_end(input: Buffered<R>) -> io::Result<Stage<R>> {
        if input.was_empty {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "lz4 frame is cut",
            ));
        }
        Ok(Stage::Between(input))
    }

    /// Refuses a frame that needs more memory than it may have, before zstd does in words.
    fn check_window(&self, start: &[u8]) -> io::Result<()> {
        let window = ZstdHeader::read(start).and_then(|header| header.window);
        let needed = window.map(|bytes| bytes.next_power_of_two().ilog2());
        match needed {
            Some(needed) if needed > self.window_log => {
                Err(io::Error::other(WindowTooLarge { needed }))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// A skippable frame: magic, four bytes of little endian length, that many bytes.
    fn skip_frame(&mut self, mut input: Buffered<R>) -> io::Result<Stage<R>> {
        let mut head = [0; 8];
        input.read_exact(&mut head)?;
        let [_, _, _, _, a, b, c, d] = head;
        let mut left = u64::from(u32::from_le_bytes([a, b, c, d]));
        while left > 0 {
            let have = input.fill_buf()?.len();
            if have == 0 {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "skippable frame is cut",
                ));
            }
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(have);
            input.consume(step);
            left -= step as u64;
        }
        self.stats.skippable += 1;
        Ok(Stage::Between(input))
    }

    fn trailing(&mut self, mut input: Buffered<R>) -> io::Result<Stage<R>> {
        loop {
            let data = input.fill_buf()?;
            let length = data.len();
            if length == 0 {
                return Ok(Stage::Done(input));
            }
            self.stats.trailing_data |= data.iter().any(|byte| *byte != 0);
            self.stats.trailing += length as u64;
            input.consume(length);
        }
    }
}

fn lzma_stream(
    compression: Compression,
) -> Result<liblzma::stream::Stream, liblzma::stream::Error> {
    use liblzma::stream::Stream;
    match compression {
        Compression::Lzip => Stream::new_lzip_decoder(XZ_MEMORY, 0),
        Compression::Lzma => Stream::new_lzma_decoder(XZ_MEMORY),
        _ => Stream::new_stream_decoder(XZ_MEMORY, 0),
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match &mut self.stage {
                Stage::Plain(input) => input.read(buffer)?,
                Stage::Gzip(decoder) => decoder.read(buffer)?,
                Stage::Zstd(decoder) => decoder.read(buffer)?,
                Stage::Xz(decoder) => decoder.read(buffer)?,
                Stage::Bzip2(decoder) => decoder.read(buffer)?,
                Stage::Lz4(decoder) => decoder.read(buffer)?,
                Stage::Between(_) => 0,
                Stage::Done(_) => return Ok(0),
                Stage::Failed => return Err(io::Error::other("decoder stopped after an error")),
            };
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            self.stage = match std::mem::replace(&mut self.stage, Stage::Failed) {
                Stage::Plain(input) => Stage::Done(input),
                Stage::Gzip(decoder) => Stage::Between(decoder.into_inner()),
                Stage::Zstd(decoder) => Stage::Between(decoder.finish()),
                Stage::Xz(decoder) => Stage::Between(decoder.into_inner()),
                Stage::Bzip2(decoder) => Stage::Between(decoder.into_inner()),
                Stage::Lz4(decoder) => Self::lz4_end(decoder.into_inner())?,
                Stage::Between(input) => self.between(input)?,
                Stage::Done(input) => Stage::Done(input),
                Stage::Failed => Stage::Failed,
            };
        }
    }
}

/// A buffered reader that digests what is consumed.
struct CountingReader<R> {
    inner: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    digest: Option<Sha256>,
    consumed: u64,
    /// Whether more was asked for after the end.
    was_empty: bool,
}

/// Bytes read from the input at once; more leaves the processor's second level cache.
const BUFFER: usize = 128 << 10;

impl<R: Read> CountingReader<R> {
    fn unbuffered(inner: R) -> Self {
        Self {
            inner,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            digest: None,
            consumed: 0,
            was_empty: false,
        }
    }

    fn buffered(inner: R, digesting: Digesting) -> Self {
        Self {
            buffer: vec![0; BUFFER],
            digest: (digesting == Digesting::On).then(Sha256::new),
            ..Self::unbuffered(inner)
        }
    }

    /// At least `want` bytes without consuming them, fewer at the end only.
    fn peek(&mut self, want: usize) -> io::Result<&[u8]> {
        while self.end - self.start < want {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            let space = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.inner.read(space) {
                Ok(0) => break,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    fn finish(self) -> Option<ContainerDigest> {
        self.digest.map(|digest| ContainerDigest {
            sha256: digest.finalize().into(),
            length: self.consumed,
        })
    }
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.buffer.is_empty() {
            let read = self.inner.read(out)?;
            self.consumed += read as u64;
            return Ok(read);
        }
        self.was_empty |= self.fill_buf()?.is_empty() && !out.is_empty();
        let data = self.buffer.get(self.start..self.end).unwrap_or_default();
        let step = data.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..step), data.get(..step)) {
            to.copy_from_slice(from);
        }
        self.consume(step);
        Ok(step)
    }
}

impl<R: Read> BufRead for CountingReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
            self.end = self.inner.read(&mut self.buffer)?;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        let amount = amount.min(self.end - self.start);
        if let (Some(digest), Some(data)) = (
            &mut self.digest,
            self.buffer.get(self.start..self.start + amount),
        ) {
            digest.update(data);
        }
        self.start += amount;
        self.consumed += amount as u64;
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]
mod tests {
    use std::io::{Read as _, Write as _};

    use crate::input::decode::{Compression, ContainerStats, Decoder, Digesting};

    fn decoded(data: &[u8], compression: Compression) -> (Vec<u8>, ContainerStats) {
        let mut decoder = Decoder::new(data, compression, 27, Digesting::On);
        let mut out = Vec::new();
        let read = decoder.read_to_end(&mut out);
        assert!(read.is_ok(), "{read:?}");
        let stats = decoder.stats().clone();
        assert!(
            decoder
                .container_digest()
                .is_some_and(|digest| digest.length == data.len() as u64)
        );
        (out, stats)
    }

    fn packed(compression: Compression, data: &[u8]) -> Vec<u8> {
        let done = match compression {
            Compression::Gzip => {
                let mut out =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                out.write_all(data).and_then(|()| out.finish())
            }
            Compression::Zstd => zstd::encode_all(data, 1),
            Compression::Xz => {
                let mut out = liblzma::write::XzEncoder::new(Vec::new(), 0);
                out.write_all(data).and_then(|()| out.finish())
            }
            Compression::Bzip2 => {
                let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
                out.write_all(data).and_then(|()| out.finish())
            }
            Compression::Lz4 => {
                let mut out = lz4_flex::frame::FrameEncoder::new(Vec::new());
                out.write_all(data).and_then(|()| Ok(out.finish()?))
            }
            Compression::Lzma => {
                let options = liblzma::stream::LzmaOptions::new_preset(0).unwrap();
                let stream = liblzma::stream::Stream::new_lzma_encoder(&options).unwrap();
                let mut out = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
                out.write_all(data).and_then(|()| out.finish())
            }
            Compression::Lzip => Ok(lzip(data)),
            Compression::Plain => Ok(data.to_vec()),
        };
        done.unwrap_or_default()
    }

    /// A member as the manual of lzip has it, which liblzma reads but does not write: magic,
    /// version, size of the dictionary, an LZMA stream, CRC32, both sizes.
    fn lzip(data: &[u8]) -> Vec<u8> {
        let lzma = packed(Compression::Lzma, data);
        let mut crc = flate2::Crc::new();
        crc.update(data);
        let stream = &lzma[13..];
        [
            &b"LZIP\x01\x12"[..],
            stream,
            &crc.sum().to_le_bytes(),
            &(data.len() as u64).to_le_bytes(),
            &(stream.len() as u64 + 26).to_le_bytes(),
        ]
        .concat()
    }

    #[test]
    fn several_members_and_what_follows_are_read_in_every_container() {
        for compression in [
            Compression::Gzip,
            Compression::Zstd,
            Compression::Xz,
            Compression::Bzip2,
            Compression::Lz4,
            Compression::Lzma,
            Compression::Lzip,
        ] {
            let two = [packed(compression, b"one "), packed(compression, b"two")].concat();
            let (out, stats) = decoded(&two, compression);
            assert_eq!(
                (&out[..], stats.members, stats.trailing),
                (&b"one two"[..], 2, 0),
                "{compression:?}"
            );
            let (out, stats) = decoded(&[&two[..], b"\0\0\0\0garbage"].concat(), compression);
            assert_eq!(
                (&out[..], stats.trailing, stats.trailing_data),
                (&b"one two"[..], 11, true),
                "{compression:?}"
            );
        }
    }

    #[test]
    fn skippable_frames_are_passed_over() {
        let data = [
            b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec(),
            packed(Compression::Zstd, b"x"),
        ]
        .concat();
        let (out, stats) = decoded(&data, Compression::Zstd);
        assert_eq!(
            (&out[..], stats.members, stats.skippable),
            (&b"x"[..], 1, 1)
        );
    }

    #[test]
    fn a_cut_member_is_an_error_in_every_container() {
        for compression in [
            Compression::Gzip,
            Compression::Zstd,
            Compression::Xz,
            Compression::Bzip2,
            Compression::Lz4,
            Compression::Lzma,
            Compression::Lzip,
        ] {
            let whole = packed(compression, &b"content ".repeat(100));
            // Less than this is no start of a `.lzma`.
            for end in 13..whole.len() {
                let mut out = Vec::new();
                let read = Decoder::new(&whole[..end], compression, 27, Digesting::On)
                    .read_to_end(&mut out);
                assert!(read.is_err(), "{compression:?} cut at {end}");
            }
        }
    }
}
