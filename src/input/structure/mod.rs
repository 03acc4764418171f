//! What a compression is made of: the facts that its first bytes do not tell, and where its data are.
//!
//! Two compressions of one content differ by their writers, levels and threads. Without the data,
//! which only a decoder understands, all of it can be read by jumping from part to part.

pub(crate) mod joined;
pub(crate) mod lz4;
pub(crate) mod made_of;
pub(crate) mod xz;
pub(crate) mod zstd;

use std::io;

use crate::input::compression::Compression;
use crate::input::gzip_header::GzipHeader;
use crate::input::read_at::{ReadAt, read_up_to};
use crate::input::structure::made_of::Structure;

/// Bytes of a gzip header that are looked at; names and comments are short.
const GZIP_HEADER: usize = 4 << 10;

/// Describes a compression, after which `trailing` bytes follow; `None` if it cannot be followed to
/// its end, or has very many parts.
///
/// # Errors
/// The operating system's.
pub(crate) fn structure(
    compression: Compression,
    reader: &dyn ReadAt,
    trailing: u64,
) -> io::Result<Option<Structure>> {
    let end = reader.length().saturating_sub(trailing);
    let from = |start: u64| Structure {
        fields: Vec::new(),
        data: std::iter::once(start..end.max(start)).collect(),
    };
    match compression {
        Compression::Plain => Ok(None),
        Compression::Gzip => {
            let mut start = vec![0; GZIP_HEADER];
            let read = read_up_to(reader, &mut start, 0)?;
            start.truncate(read);
            let length = GzipHeader::read(&start).and_then(|header| header.length);
            Ok(length.map(|length| from(length as u64)))
        }
        Compression::Zstd => zstd::structure(reader),
        Compression::Xz => xz::structure(reader),
        Compression::Lz4 => lz4::structure(reader),
        // Magic and size of the blocks.
        Compression::Bzip2 => Ok(Some(from(4))),
        // Magic, version, size of the dictionary.
        Compression::Lzip => Ok(Some(from(6))),
        // Properties, sizes of the dictionary and of the content.
        Compression::Lzma => Ok(Some(from(13))),
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]
mod tests {
    use std::io::Write as _;
    use std::ops::Range;

    use crate::input::compression::Compression;
    use crate::input::structure::made_of::Structure;
    use crate::input::structure::structure;

    fn of(compression: Compression, data: &[u8]) -> Option<Structure> {
        structure(compression, &data, 0).unwrap()
    }

    /// `NAME VALUE` of each field.
    fn fields(compression: Compression, data: &[u8]) -> Vec<String> {
        let found = of(compression, data).unwrap();
        let fields = found.fields.iter();
        fields
            .map(|field| format!("{} {}", field.name, field.value))
            .collect()
    }

    fn zstd(data: &[u8], checksum: bool) -> Vec<u8> {
        let mut out = zstd::Encoder::new(Vec::new(), 3).unwrap();
        out.include_checksum(checksum).unwrap();
        out.set_pledged_src_size(Some(data.len() as u64)).unwrap();
        out.write_all(data).unwrap();
        out.finish().unwrap()
    }

    fn xz(data: &[u8]) -> Vec<u8> {
        let mut out = liblzma::write::XzEncoder::new(Vec::new(), 0);
        out.write_all(data).unwrap();
        out.finish().unwrap()
    }

    fn gzip(name: &str) -> Vec<u8> {
        let builder = flate2::GzBuilder::new().filename(name).comment("c");
        let mut out = builder.write(Vec::new(), flate2::Compression::fast());
        out.write_all(b"content").unwrap();
        out.finish().unwrap()
    }

    fn lz4(data: &[u8]) -> Vec<u8> {
        let mut out = lz4_flex::frame::FrameEncoder::new(Vec::new());
        out.write_all(data).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn frames_of_zstd_tell_sizes_checksums_and_blocks() {
        let two = [zstd(&[7; 200_000], true), zstd(b"b", false)].concat();
        let skippable = [b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec(), two].concat();
        assert_eq!(
            fields(Compression::Zstd, &skippable),
            [
                "checksum in 1 of 2 frames",
                "content size 200000 + 1",
                "blocks 3"
            ]
        );
    }

    #[test]
    fn streams_of_xz_tell_blocks_and_filters() {
        let padded = [xz(&[1; 1000]), vec![0; 8], xz(b"two")].concat();
        assert_eq!(
            fields(Compression::Xz, &padded),
            [
                "blocks 2 of 1000 bytes",
                "filters LZMA2 with 256 KiB of dictionary",
                "sizes in the blocks' headers no"
            ]
        );
    }

    #[test]
    fn frames_of_lz4_tell_their_blocks() {
        let two = [lz4(&[1; 3000]), lz4(b"two")].concat();
        assert_eq!(fields(Compression::Lz4, &two), ["number of blocks 2"]);
    }

    #[test]
    fn a_gzip_header_is_none_of_the_data() {
        let (short, long) = (gzip("a"), gzip("a longer name"));
        let data = |packed: &[u8]| {
            let found = of(Compression::Gzip, packed).unwrap();
            let Range { start, end } = found.data[0];
            packed[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()].to_vec()
        };
        assert_eq!(data(&short), data(&long));
    }

    #[test]
    fn what_is_cut_or_damaged_is_not_described_beyond_its_end() {
        for (compression, packed) in [
            (Compression::Zstd, zstd(&[7; 3000], true)),
            (Compression::Xz, xz(&[7; 3000])),
            (Compression::Lz4, lz4(&[7; 3000])),
            (Compression::Gzip, gzip("name")),
        ] {
            for at in 0..packed.len() {
                let mut flipped = packed.clone();
                flipped[at] ^= 0x81;
                for bytes in [&packed[..at], &flipped] {
                    let spans = of(compression, bytes).map_or(Vec::new(), |found| found.data);
                    let end = spans.iter().map(|span| span.end).max().unwrap_or(0);
                    assert!(spans.iter().all(|span| span.start <= span.end));
                    assert!(end <= bytes.len().max(17) as u64, "{compression:?} {at}");
                }
            }
        }
    }
}
