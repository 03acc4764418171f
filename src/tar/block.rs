//! One 512-byte header block and the regions in it.
//!
//! A view over raw bytes: nothing is normalised, so that what is on disk is what is
//! compared. It does not know extended headers.

use crate::tar::number::Number;

/// Size of a tar block in bytes.
pub const BLOCK: usize = 512;

/// A span of a header block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// First byte.
    pub start: usize,
    /// One beyond the last byte.
    pub end: usize,
}

/// Where each field lies in a header block.
///
/// Source: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar `tar.h`, `struct oldgnu_header`
/// (which uses the bytes of the prefix for times and the sparse map).
pub mod regions {
    use crate::tar::block::Region;

    macro_rules! regions {
        ($($(#[$meta:meta])* $name:ident = $start:literal .. $end:literal;)*) => {
            $($(#[$meta])* pub const $name: Region = Region { start: $start, end: $end };)*
        };
    }
    regions! {
        /// Name, NUL-terminated unless full.
        NAME = 0..100;
        /// Permission bits, octal.
        MODE = 100..108;
        /// Numeric owner.
        UID = 108..116;
        /// Numeric group.
        GID = 116..124;
        /// Stored bytes of content.
        SIZE = 124..136;
        /// Modification time, seconds.
        MTIME = 136..148;
        /// Sum of the block's bytes with this field blank.
        CHECKSUM = 148..156;
        /// Type of the entry.
        TYPEFLAG = 156..157;
        /// Target of a link.
        LINKNAME = 157..257;
        /// `ustar\0` or `ustar `.
        MAGIC = 257..263;
        /// `00` or ` \0`.
        VERSION = 263..265;
        /// Owner's name.
        UNAME = 265..297;
        /// RawEntry's name.
        GNAME = 297..329;
        /// Major device number.
        DEVMAJOR = 329..337;
        /// Minor device number.
        DEVMINOR = 337..345;
        /// ustar: what stands before the name.
        PREFIX = 345..500;
        /// ustar: unused bytes at the end.
        UNUSED = 500..512;
        /// GNU: access time.
        GNU_ATIME = 345..357;
        /// GNU: change time.
        GNU_CTIME = 357..369;
        /// GNU: multi-volume offset and unused bytes.
        GNU_OTHER = 369..386;
        /// GNU: four spans of a sparse map.
        GNU_SPARSE = 386..482;
        /// GNU: whether a block with more spans follows.
        GNU_EXTENDED = 482..483;
        /// GNU: the size of a sparse file when expanded.
        GNU_REALSIZE = 483..495;
        /// GNU: unused bytes at the end.
        GNU_UNUSED = 495..512;
    }
}

/// A raw header block.
#[derive(Clone, PartialEq, Eq)]
pub struct Block(pub [u8; BLOCK]);

impl std::fmt::Debug for Block {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "Block({:?})",
            bstr::BStr::new(self.text(regions::NAME))
        )
    }
}

/// How a header's checksum field came to its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChecksumKind {
    /// The sum of unsigned bytes, as POSIX says (also where both sums agree).
    Unsigned,
    /// The sum of signed bytes, as some old writers have it.
    Signed,
}

impl Block {
    /// Takes the first 512 bytes of `data`.
    #[must_use]
    pub fn from_bytes(data: &[u8]) -> Option<Self> {
        data.first_chunk::<BLOCK>().map(|bytes| Self(*bytes))
    }

    /// The bytes of a region.
    #[must_use]
    pub fn bytes(&self, region: Region) -> &[u8] {
        self.0.get(region.start..region.end).unwrap_or_default()
    }

    /// The bytes of a region up to its first NUL.
    #[must_use]
    pub fn text(&self, region: Region) -> &[u8] {
        let bytes = self.bytes(region);
        bytes.split(|&byte| byte == 0).next().unwrap_or_default()
    }

    /// The number in a region.
    #[must_use]
    pub fn number(&self, region: Region) -> Number {
        Number::from_field(self.bytes(region))
    }

    /// The type flag's byte.
    #[must_use]
    pub fn typeflag(&self) -> u8 {
        self.0[156]
    }

    /// Whether the magic is GNU tar's, so that the prefix holds times and a sparse map.
    #[must_use]
    pub fn is_gnu(&self) -> bool {
        self.bytes(regions::MAGIC) == b"ustar " && self.bytes(regions::VERSION) == b" \0"
    }

    /// Whether the block has the fields beyond version 7 (owner names, devices, prefix).
    #[must_use]
    pub fn is_ustar(&self) -> bool {
        self.bytes(regions::MAGIC).starts_with(b"ustar")
    }

    /// Whether every byte is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|&byte| byte == 0)
    }

    /// The unsigned and the signed sum of the block with a blank checksum field.
    #[must_use]
    pub fn sums(&self) -> (i64, i64) {
        let blank = i64::from(b' ') * 8;
        let outside = || {
            self.0
                .iter()
                .enumerate()
                .filter(|(at, _)| !(148..156).contains(at))
                .map(|(_, byte)| *byte)
        };
        let total: u32 = self.0.iter().map(|&byte| u32::from(byte)).sum();
        let field: u32 = self
            .bytes(regions::CHECKSUM)
            .iter()
            .map(|&byte| u32::from(byte))
            .sum();
        let unsigned = i64::from(total) - i64::from(field) + blank;
        let high = outside().filter(|byte| *byte > 127).count();
        let signed = unsigned - 256 * i64::try_from(high).unwrap_or(i64::MAX / 256);
        (unsigned, signed)
    }

    /// Whether the stored checksum is one of the two sums.
    #[must_use]
    pub fn has_valid_checksum(&self) -> bool {
        checksum_kind(self).is_some()
    }
}

/// Which sum the stored checksum is; `None` where it is neither.
#[must_use]
pub fn checksum_kind(block: &Block) -> Option<ChecksumKind> {
    // An all-blank field decodes to zero, which no sum can be: eight blanks sum to 256.
    let Number::Value(stored) = block.number(regions::CHECKSUM) else {
        return None;
    };
    let bytes = &block.0;
    let total: u32 = bytes.iter().map(|&byte| u32::from(byte)).sum();
    let field: u32 = block
        .bytes(regions::CHECKSUM)
        .iter()
        .map(|&byte| u32::from(byte))
        .sum();
    let unsigned = i128::from(total) - i128::from(field) + 256;
    if stored == unsigned {
        return Some(ChecksumKind::Unsigned);
    }
    (stored == i128::from(block.sums().1)).then_some(ChecksumKind::Signed)
}

/// Bytes from the end of `size` bytes of content to the next block.
#[must_use]
pub fn padding_len(size: u64) -> u64 {
    (512 - size % 512) % 512
}
