//! The header of a gzip member (RFC 1952, section 2.3).

/// What the header of a member says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GzipHeader<'start> {
    /// Seconds since 1970; 0 if there is none.
    pub(crate) time: u32,
    /// How the compressor went to work: 2 the slowest way, 4 the fastest.
    pub(crate) extra_flags: u8,
    /// Where it was made; 3 is Unix.
    pub(crate) system: u8,
    /// What other programs store, if there is any.
    pub(crate) extra: Option<&'start [u8]>,
    /// The name of the file, if it is stored.
    pub(crate) name: Option<&'start [u8]>,
    /// A comment, if there is one.
    pub(crate) comment: Option<&'start [u8]>,
    /// Bytes of the header; `None` if it is cut.
    pub(crate) length: Option<usize>,
}

/// Bits of the flags.
const CHECKSUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;

impl<'start> GzipHeader<'start> {
    /// Reads the header of its first bytes, as far as they go; `None` if they are fewer than ten.
    pub(crate) fn read(start: &'start [u8]) -> Option<Self> {
        let &[_, _, _, flags, t0, t1, t2, t3, extra_flags, system] = start.first_chunk::<10>()?;
        let mut rest = Rest {
            bytes: start.get(10..)?,
            is_cut: false,
        };
        let has = |bit: u8| flags & bit != 0;
        let extra = has(EXTRA).then(|| {
            let length = rest.take(2).first_chunk::<2>();
            rest.take(length.map_or(0, |length| usize::from(u16::from_le_bytes(*length))))
        });
        let name = has(NAME).then(|| rest.text());
        let comment = has(COMMENT).then(|| rest.text());
        if has(CHECKSUM) {
            let _ = rest.take(2);
        }
        Some(Self {
            time: u32::from_le_bytes([t0, t1, t2, t3]),
            extra_flags,
            system,
            extra,
            name,
            comment,
            length: (!rest.is_cut).then(|| start.len() - rest.bytes.len()),
        })
    }
}

/// What was not read yet.
struct Rest<'start> {
    bytes: &'start [u8],
    is_cut: bool,
}

impl<'start> Rest<'start> {
    /// So many bytes; none if there are fewer.
    fn take(&mut self, length: usize) -> &'start [u8] {
        let (taken, rest) = self.bytes.split_at_checked(length).unwrap_or_else(|| {
            self.is_cut = true;
            (&[], &[])
        });
        self.bytes = rest;
        taken
    }

    /// What stands before a zero byte, which is passed; all that is there if none follows.
    fn text(&mut self) -> &'start [u8] {
        let bytes = self.bytes;
        let end = bytes.iter().position(|byte| *byte == 0);
        self.is_cut |= end.is_none();
        let end = end.unwrap_or(bytes.len());
        self.bytes = bytes.get(end + 1..).unwrap_or_default();
        bytes.get(..end).unwrap_or_default()
    }
}
