//! Compressions: which compression a byte stream is in, and what its header says.

use crate::input::gzip_header::GzipHeader;
use crate::input::zstd_header::ZstdHeader;
use crate::text::quote;

/// A compression format, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not compressed, as far as the magic tells.
    #[default]
    Plain,
    /// RFC 1952.
    Gzip,
    /// RFC 8878, skippable frames included.
    Zstd,
    /// The `.xz` format.
    Xz,
    /// bzip2.
    Bzip2,
    /// The LZ4 frame format.
    Lz4,
    /// lzip.
    Lzip,
    /// The `.lzma` format of LZMA Utils, which has no magic and no checksum.
    Lzma,
}

impl Compression {
    /// Name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
            Self::Lz4 => "lz4",
            Self::Lzip => "lzip",
            Self::Lzma => "lzma",
        }
    }
}

/// Bytes that [`sniff`] wants at least, where the input has them.
pub(crate) const SNIFF: usize = 512;

/// Tells the compression by the first bytes.
///
/// A tar archive may begin with a name that looks like a magic number; a block that sums
/// up as a tar header is plain.
#[must_use]
pub fn sniff(start: &[u8]) -> Compression {
    let found = member(start);
    if found == Compression::Plain || !sums_up(start) {
        found
    } else {
        Compression::Plain
    }
}

/// The compression that a member starting with these bytes belongs to.
pub(crate) fn member(start: &[u8]) -> Compression {
    match start {
        [0x1f, 0x8b, 0x08, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Compression::Zstd,
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Compression::Xz,
        [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]
            if rest.starts_with(&[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
                || rest.starts_with(&[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]) =>
        {
            Compression::Bzip2
        }
        [0x04, 0x22, 0x4d, 0x18, ..] => Compression::Lz4,
        [b'L', b'Z', b'I', b'P', 0 | 1, ..] => Compression::Lzip,
        // Properties of the default, a dictionary of whole 64 KiB, a size that is unknown or below
        // 1 TiB: file(1) knows the format so.
        [0x5d, 0, 0, _, _, size @ ..]
            if size.get(..8) == Some(&[0xff; 8]) || size.get(5..8) == Some(&[0; 3]) =>
        {
            Compression::Lzma
        }
        _ => Compression::Plain,
    }
}

/// The POSIX checksum rule of a tar header, so that this layer needs nothing of the tar layer.
pub(crate) fn sums_up(start: &[u8]) -> bool {
    let Some(block) = start.first_chunk::<512>() else {
        return false;
    };
    let field = block.get(148..156).unwrap_or_default();
    let digits: String = field
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .map(|byte| char::from(*byte))
        .collect();
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    u32::from_str_radix(&digits, 8).is_ok_and(|stored| stored == sum(block) - sum(field) + 256)
}

/// One field of a compression's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderField {
    /// Its name.
    pub name: &'static str,
    /// Its value, decoded.
    pub value: String,
}

impl HeaderField {
    pub(crate) fn new(name: &'static str, value: impl ToString) -> Self {
        Self {
            name,
            value: value.to_string(),
        }
    }
}

/// What the header of a compression says, in words: the fields that differ between
/// otherwise equal writers (gzip: RFC 1952 section 2.3; zstd: RFC 8878 section 3.1.1.1).
#[must_use]
pub fn describe_header(compression: Compression, start: &[u8]) -> Vec<HeaderField> {
    match compression {
        Compression::Gzip => gzip_header(start),
        Compression::Zstd => zstd_header(start),
        Compression::Xz => start
            .get(7)
            .map(|flags| HeaderField::new("check", xz_check(*flags)))
            .into_iter()
            .collect(),
        Compression::Bzip2 => start
            .get(3)
            .map(|level| HeaderField::new("block size", format!("{}00 kB", char::from(*level))))
            .into_iter()
            .collect(),
        Compression::Lz4 => lz4_header(start),
        Compression::Lzip => start
            .get(5)
            .map(|size| HeaderField::new("dictionary size", size))
            .into_iter()
            .collect(),
        Compression::Lzma => lzma_header(start),
        Compression::Plain => Vec::new(),
    }
}

fn gzip_header(start: &[u8]) -> Vec<HeaderField> {
    let Some(header) = GzipHeader::read(start) else {
        return Vec::new();
    };
    let texts = [
        ("extra field", header.extra),
        ("file name", header.name),
        ("comment", header.comment),
    ];
    let texts = texts.into_iter();
    let texts = texts.filter_map(|(name, text)| Some(HeaderField::new(name, quote(text?))));
    [
        HeaderField::new("time", header.time),
        HeaderField::new("extra flags", header.extra_flags),
        HeaderField::new("operating system", header.system),
    ]
    .into_iter()
    .chain(texts)
    .collect()
}

/// Whether a zstd frame that begins so is skippable.
pub(crate) fn is_skippable(start: &[u8]) -> bool {
    start.first().is_some_and(|byte| byte & 0xf0 == 0x50)
}

fn zstd_header(start: &[u8]) -> Vec<HeaderField> {
    if is_skippable(start) {
        return vec![HeaderField::new("first frame", "skippable")];
    }
    ZstdHeader::read(start).map_or_else(Vec::new, |header| zstd_fields(&[header]))
}

/// Sizes of frames that are listed.
const LISTED: usize = 8;

/// What the headers of zstd frames say together.
pub(crate) fn zstd_fields(headers: &[ZstdHeader]) -> Vec<HeaderField> {
    let all = headers.len();
    let mut found = Vec::new();
    let checksum = match headers.iter().filter(|frame| frame.has_checksum).count() {
        0 => "no".to_owned(),
        some if some == all => "yes".to_owned(),
        some => format!("in {some} of {all} frames"),
    };
    found.push(HeaderField::new("checksum", checksum));
    if let Some(window) = headers.iter().filter_map(|frame| frame.window).max() {
        found.push(HeaderField::new("window", format!("{window} bytes")));
    }
    let sizes = headers
        .iter()
        .take(LISTED)
        .map(|frame| match frame.content {
            Some(size) => size.to_string(),
            None => "not stored".to_owned(),
        });
    let more = (all > LISTED).then(|| format!("… ({all} frames)"));
    let sizes: Vec<String> = sizes.chain(more).collect();
    found.push(HeaderField::new("content size", sizes.join(" + ")));
    found
}

/// The frame descriptor (LZ4 Frame Format Description 1.6.4): flags at 4, block sizes at 5.
fn lz4_header(start: &[u8]) -> Vec<HeaderField> {
    let (Some(flags), Some(blocks)) = (start.get(4), start.get(5)) else {
        return Vec::new();
    };
    let yes = |bit: u8| if flags & bit != 0 { "yes" } else { "no" };
    vec![
        HeaderField::new(
            "blocks",
            if flags & 0x20 != 0 {
                "independent"
            } else {
                "linked"
            },
        ),
        HeaderField::new("block checksums", yes(0x10)),
        HeaderField::new("content size stored", yes(0x08)),
        HeaderField::new("content checksum", yes(0x04)),
        HeaderField::new("largest block", (blocks >> 4) & 7),
    ]
}

/// The header of LZMA Utils: properties, 4 bytes of dictionary size, 8 bytes of content size.
fn lzma_header(start: &[u8]) -> Vec<HeaderField> {
    let dictionary = start.get(1..).and_then(<[u8]>::first_chunk::<4>);
    let size = start.get(5..).and_then(<[u8]>::first_chunk::<8>);
    let (Some(dictionary), Some(size)) = (dictionary, size) else {
        return Vec::new();
    };
    let size = match u64::from_le_bytes(*size) {
        u64::MAX => "not stored".to_owned(),
        size => size.to_string(),
    };
    vec![
        HeaderField::new(
            "dictionary",
            format!("{} bytes", u32::from_le_bytes(*dictionary)),
        ),
        HeaderField::new("content size", size),
    ]
}

fn xz_check(flags: u8) -> String {
    match flags & 0x0f {
        0 => "none".to_owned(),
        1 => "CRC32".to_owned(),
        4 => "CRC64".to_owned(),
        10 => "SHA-256".to_owned(),
        other => format!("id {other}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::input::compression::{Compression, HeaderField, describe_header, sniff};

    #[test]
    fn magic_decides() {
        for (start, compression) in [
            (&b"\x1f\x8b\x08\0"[..], Compression::Gzip),
            (b"\x28\xb5\x2f\xfd\0", Compression::Zstd),
            (b"\x51\x2a\x4d\x18\0", Compression::Zstd),
            (b"\xfd7zXZ\0", Compression::Xz),
            (b"BZh91AY&SY", Compression::Bzip2),
            (b"BZh9 is a name", Compression::Plain),
            (b"\x04\x22\x4d\x18\x64", Compression::Lz4),
            (b"LZIP\x01\x0c", Compression::Lzip),
            (b"LZIP is a name", Compression::Plain),
            (
                b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff",
                Compression::Lzma,
            ),
            (b"\x5d\0\0\x80\0\x04\0\0\0\0\0\0\0", Compression::Lzma),
            (b"\x5d\0\0\x80\0 is a bracket", Compression::Plain),
            (b"", Compression::Plain),
        ] {
            assert_eq!(sniff(start), compression, "{start:?}");
        }
    }

    #[test]
    fn gzip_fields_are_named() {
        let fields = describe_header(
            Compression::Gzip,
            b"\x1f\x8b\x08\x08\x01\0\0\0\x02\x03a.tar\0",
        );
        let expected = [
            ("time", "1"),
            ("extra flags", "2"),
            ("operating system", "3"),
            ("file name", "a.tar"),
        ];
        assert_eq!(
            fields,
            expected.map(|(name, value)| HeaderField::new(name, value))
        );
    }
}
