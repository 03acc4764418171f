//! The header of a zstd frame (RFC 8878, section 3.1.1.1).

use crate::input::little_endian::little_endian;

/// What the header of a frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ZstdHeader {
    /// Bytes of the header, its magic included.
    pub(crate) length: u64,
    /// Whether a checksum of 4 bytes follows the blocks.
    pub(crate) has_checksum: bool,
    /// Bytes of the window; `None` if the window is the content.
    pub(crate) window: Option<u64>,
    /// Bytes of the content, if they are stored.
    pub(crate) content: Option<u64>,
}

/// Bytes of the longest header.
pub(crate) const LONGEST: usize = 18;

impl ZstdHeader {
    /// Reads the header of a frame that is not skippable, of its first bytes. A content size that is
    /// cut counts as far as it goes.
    pub(crate) fn read(start: &[u8]) -> Option<Self> {
        let descriptor = *start.get(4)?;
        let is_single = descriptor & 0x20 != 0;
        let window = start.get(5).filter(|_| !is_single).map(|byte| {
            let base = 1_u64 << (10 + (byte >> 3));
            base + base / 8 * u64::from(byte & 7)
        });
        let dictionary = match descriptor & 3 {
            3 => 4,
            bytes => usize::from(bytes),
        };
        let width = match descriptor >> 6 {
            0 => usize::from(is_single),
            1 => 2,
            2 => 4,
            _ => 8,
        };
        let at = 5 + usize::from(!is_single) + dictionary;
        let stored = start.get(at..(at + width).min(start.len()));
        let size = little_endian(stored.unwrap_or_default());
        Some(Self {
            length: (at + width) as u64,
            has_checksum: descriptor & 4 != 0,
            window,
            content: match width {
                0 => None,
                2 => Some(size + 256),
                _ => Some(size),
            },
        })
    }
}
