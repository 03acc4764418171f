//! What an input is, told by its first bytes: an archive that is read, something else that is
//! known, or neither.

use std::fmt;

use crate::debian::ar;
use crate::debian::file_list::is_control_file;
use crate::input::compression::sums_up;
use crate::input::rpm;
use crate::text::diff::is_text;

/// What an input is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// A tar archive, in whatever compression.
    #[default]
    Tar,
    /// An ar archive: a Debian package, and some `.ipk`.
    Ar,
    /// A zip archive: `PK\3\4`, or `PK\5\6` where there are no members.
    Zip,
    /// An rpm package.
    Rpm,
    /// A directory.
    Directory,
    /// A tar archive that seems to be a container image: an OCI layout, or what `docker save`
    /// writes.
    Image,
    /// A directory that is a container image: an OCI layout.
    Layout,
    /// Nothing at all.
    Empty,
    /// Something that is recognised but not read.
    Foreign(Foreign),
    /// A `.changes`, `.dsc` or `.buildinfo`, perhaps in a clear signature.
    Control,
    /// A text.
    Text,
    /// Anything else.
    Data,
}

/// What is recognised but not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// 7-Zip.
    SevenZip,
    /// cpio, any of its headers: binary, old ASCII, new ASCII.
    Cpio,
    /// ISO 9660, `CD001` at 32769.
    Iso,
    /// ext2, ext3 or ext4: 0xEF53 at 1080 (ext4(5), `s_magic`).
    Ext,
    /// Squashfs, of either byte order.
    Squashfs,
    /// compress(1), `.Z`.
    Compress,
    /// LZ4 in the format before frames.
    OldLz4,
    /// A web page: most often an error where a download was expected.
    Html,
}

/// Bytes from the start that tell every kind: an ISO 9660 image is known by its 33rd KiB.
pub(crate) const START: usize = 33 << 10;

impl Kind {
    /// The kind of a content that begins with these bytes, 33 KiB of them if it has as many.
    #[must_use]
    pub fn of(start: &[u8]) -> Self {
        if start.is_empty() {
            Self::Empty
        } else if let Some(foreign) = Foreign::behind_zeros(start) {
            Self::Foreign(foreign)
        } else if is_tar(start) {
            if is_image(start) {
                Self::Image
            } else {
                Self::Tar
            }
        } else if start.starts_with(ar::MAGIC) {
            Self::Ar
        } else if matches!(start, [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..]) {
            Self::Zip
        } else if start.starts_with(&rpm::LEAD_MAGIC) {
            Self::Rpm
        } else if let Some(foreign) = Foreign::of(start) {
            Self::Foreign(foreign)
        } else if is_text(without_cut_character(start)) {
            match is_control_file(start) {
                true => Self::Control,
                false => Self::Text,
            }
        } else {
            Self::Data
        }
    }

    /// Whether it has entries that can be compared.
    #[must_use]
    pub fn has_entries(self) -> bool {
        matches!(
            self,
            Self::Tar
                | Self::Ar
                | Self::Zip
                | Self::Rpm
                | Self::Directory
                | Self::Image
                | Self::Layout
        )
    }
}

/// An archive whose first entry is called like a file of an image. Whether it is one, its manifest
/// says.
fn is_image(start: &[u8]) -> bool {
    let name = start.get(..100).unwrap_or_default();
    let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
    let name = name.strip_prefix(b"./").unwrap_or(name);
    let is_digest = name.get(..64).is_some_and(|digest| {
        let ends = matches!(name.get(64..), Some([b'/', ..] | b".json" | b".tar"));
        ends && digest.iter().all(u8::is_ascii_hexdigit)
    });
    let known: [&[u8]; 4] = [
        b"oci-layout",
        b"index.json",
        b"manifest.json",
        b"repositories",
    ];
    is_digest || known.contains(&name) || name.starts_with(b"blobs/")
}

/// A header that sums up, one that is damaged, or a block of the end.
fn is_tar(start: &[u8]) -> bool {
    let is_end = |block: &[u8; 512]| block.iter().all(|byte| *byte == 0);
    let magic = start.get(257..262) == Some(b"ustar");
    sums_up(start) || magic || start.first_chunk::<512>().is_some_and(is_end)
}

/// The bytes without a character of UTF-8 that the end cut.
fn without_cut_character(start: &[u8]) -> &[u8] {
    match std::str::from_utf8(start) {
        Err(error) if error.error_len().is_none() => {
            start.get(..error.valid_up_to()).unwrap_or(start)
        }
        Ok(_) | Err(_) => start,
    }
}

impl Foreign {
    /// What begins with zeros, as an empty tar archive does.
    fn behind_zeros(start: &[u8]) -> Option<Self> {
        if start.iter().take(1024).any(|byte| *byte != 0) {
            None
        } else if start.get(32_769..32_774) == Some(b"CD001") {
            Some(Self::Iso)
        } else if start.get(1080..1082) == Some(&[0x53, 0xef]) {
            Some(Self::Ext)
        } else {
            None
        }
    }

    fn of(start: &[u8]) -> Option<Self> {
        Some(match start {
            [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Self::SevenZip,
            [b'0', b'7', b'0', b'7', b'0', b'1' | b'2' | b'7', ..]
            | [0xc7, 0x71, ..]
            | [0x71, 0xc7, ..] => Self::Cpio,
            [b'h', b's', b'q', b's', ..] | [b's', b'q', b's', b'h', ..] => Self::Squashfs,
            [0x1f, 0x9d, ..] => Self::Compress,
            [0x02, 0x21, 0x4c, 0x18, ..] => Self::OldLz4,
            _ if start.get(32_769..32_774) == Some(b"CD001") => Self::Iso,
            _ if is_html(start) => Self::Html,
            _ => return None,
        })
    }
}

fn is_html(start: &[u8]) -> bool {
    let start = start.trim_ascii_start();
    ["<!doctype html", "<html"].iter().any(|tag| {
        let begin = start.get(..tag.len()).unwrap_or_default();
        begin.eq_ignore_ascii_case(tag.as_bytes())
    })
}

impl fmt::Display for Kind {
    /// With its article: `a tar archive`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Tar => "a tar archive",
            Self::Ar => "an ar archive",
            Self::Zip => "a zip archive",
            Self::Rpm => "an rpm package",
            Self::Directory => "a directory",
            Self::Image | Self::Layout => "a container image",
            Self::Empty => "empty",
            Self::Foreign(foreign) => return foreign.fmt(out),
            Self::Control => "a Debian control file",
            Self::Text => "a text",
            Self::Data => "of no known kind",
        })
    }
}

impl fmt::Display for Foreign {
    /// With its article: `a zip archive`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::SevenZip => "a 7-Zip archive",
            Self::Cpio => "a cpio archive",
            Self::Iso => "an ISO 9660 image",
            Self::Ext => "an ext2, ext3 or ext4 file system",
            Self::Squashfs => "a Squashfs image",
            Self::Compress => "compressed with compress (.Z)",
            Self::OldLz4 => "in lz4's old format, without frames",
            Self::Html => "an HTML page",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_kind() {
        let mut iso = vec![0; 32_769];
        iso[0] = b'E';
        iso.extend(b"CD001");
        let mut damaged = vec![b'x'; 512];
        damaged[257..262].copy_from_slice(b"ustar");
        let mut zeros = vec![0; 32_769];
        zeros.extend(b"CD001");
        let mut ext = vec![0; 2048];
        ext[1080..1082].copy_from_slice(&[0x53, 0xef]);
        let table: [(&[u8], Kind); 21] = [
            (&zeros, Kind::Foreign(Foreign::Iso)),
            (&ext, Kind::Foreign(Foreign::Ext)),
            (b"", Kind::Empty),
            (&[0; 512], Kind::Tar),
            (&damaged, Kind::Tar),
            (b"!<arch>\ndebian-binary", Kind::Ar),
            (b"PK\x03\x04", Kind::Zip),
            (b"PK\x05\x06", Kind::Zip),
            (b"7z\xbc\xaf\x27\x1c", Kind::Foreign(Foreign::SevenZip)),
            (b"070701000", Kind::Foreign(Foreign::Cpio)),
            (b"\xc7\x71", Kind::Foreign(Foreign::Cpio)),
            (&iso, Kind::Foreign(Foreign::Iso)),
            (b"hsqs", Kind::Foreign(Foreign::Squashfs)),
            (b"\xed\xab\xee\xdb", Kind::Rpm),
            (b"\x1f\x9d\x90", Kind::Foreign(Foreign::Compress)),
            (b"\x02\x21\x4c\x18", Kind::Foreign(Foreign::OldLz4)),
            (b"\n<!DOCTYPE html>", Kind::Foreign(Foreign::Html)),
            (b"hello\n", Kind::Text),
            (b"Format: 1.0\nSource: x\nFiles:\n", Kind::Control),
            (
                "caf\u{e9}"
                    .as_bytes()
                    .split_last()
                    .map_or(&[], |(_, cut)| cut),
                Kind::Text,
            ),
            (&[0; 300], Kind::Data),
        ];
        for (start, kind) in table {
            assert_eq!(Kind::of(start), kind, "{start:?}");
        }
    }
}
