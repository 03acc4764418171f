//! The values of divergent fields, decoded; `Display` is their one form in reports.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::tar::entry::{Device, EntryKind};
use crate::tar::number::Number;
use crate::tar::sparse::{SparseError, SparseMap};
use crate::tar::time::Timestamp;
use crate::text::hex::hex;
use crate::text::quote;

/// Longest value that a report shows whole, in bytes.
const VALUE: usize = 4096;
/// Spans of a sparse map that a report shows.
const SPANS: usize = 16;
/// Bytes of padding that a report shows.
const PADDING: usize = 16;

/// The value of one field of one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldValue {
    /// `type`
    Kind(EntryKind),
    /// `mode`: permission bits, octal in reports.
    Mode(Number),
    /// `uid` or `gid`.
    Id(Number),
    /// `uname`, `gname`, `linkname`, or the value of an `xattr:`, `acl:` or `pax:` field.
    Bytes(Vec<u8>),
    /// `size`, in bytes.
    Size(u64),
    /// `mtime`, `atime` or `ctime`.
    Time(Timestamp),
    /// `device`
    Device(Device),
    /// `sparse`: a map, or why it cannot be read.
    Sparse(Result<SparseMap, SparseError>),
    /// `header-format`: magic and version, the 8 bytes from offset 257 of the header.
    Format([u8; 8]),
    /// `content`
    Content(ContentSummary),
    /// `padding`: the bytes between the content and the next block.
    Padding(Vec<u8>),
    /// `header-encoding`: the chain of headers in words, for example `pax(path), ustar header`.
    Headers(String),
}

/// What a content is, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentSummary {
    /// Stored bytes.
    pub bytes: u64,
    /// SHA-256 in hexadecimal; `None` if the content is larger than is digested, or no longer
    /// there to be read.
    pub sha256: Option<String>,
}

/// What else is known of a field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldDetail {
    /// A unified difference of two texts.
    TextDifference {
        /// The hunks, a newline after each line.
        hunks: String,
        /// Whether the limit on details cut it short.
        is_cut: bool,
    },
    /// Where two contents begin to differ.
    Bytes {
        /// Offset of the first byte that differs.
        first: u64,
        /// A hex dump from there on; empty if the limit on details leaves no room for it.
        window: String,
    },
    /// The limit on details was reached before.
    NoRoom,
    /// Of a `linkname`: the same names share one file on both sides.
    SameNames {
        /// How many.
        names: u32,
    },
    /// Of a `content`: the link leads to a file of equal content.
    EqualThroughLink,
    /// The parts of the header that are spelled differently, in words.
    Headers(Vec<String>),
}

impl fmt::Display for FieldValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => kind.fmt(out),
            Self::Mode(Number::Value(mode)) if *mode >= 0 => write!(out, "{mode:04o}"),
            Self::Mode(number) | Self::Id(number) => number.fmt(out),
            Self::Bytes(bytes) => out.write_str(&shown(bytes)),
            Self::Size(bytes) => bytes.fmt(out),
            Self::Time(time) => time.fmt(out),
            Self::Device(device) => write!(out, "{},{}", device.major, device.minor),
            Self::Sparse(Err(error)) => error.fmt(out),
            Self::Sparse(Ok(map)) => sparse(map, out),
            Self::Format(format) => out.write_str(&format_name(format)),
            Self::Content(content) => content.fmt(out),
            Self::Padding(bytes) => padding(bytes, out),
            Self::Headers(chain) => out.write_str(chain),
        }
    }
}

impl fmt::Display for ContentSummary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sha256 {
            Some(sha256) => write!(out, "sha256:{sha256} ({} bytes)", self.bytes),
            None => write!(out, "{} bytes", self.bytes),
        }
    }
}

impl fmt::Display for FieldDetail {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TextDifference { hunks, is_cut } => {
                out.write_str(hunks)?;
                if *is_cut {
                    out.write_str("the rest of the difference is left out\n")?;
                }
                Ok(())
            }
            Self::Bytes { first, window } => {
                write!(out, "first difference at byte {first}\n{window}")
            }
            Self::NoRoom => out.write_str("left out: the explanations are full"),
            Self::SameNames { names } => {
                write!(out, "the same {names} names share one file on both sides")
            }
            Self::EqualThroughLink => out.write_str("equal through the link"),
            Self::Headers(parts) => out.write_str(&parts.join(", ")),
        }
    }
}

/// Text quoted, binary in hexadecimal, and a long value cut, with its length.
fn shown(value: &[u8]) -> String {
    let is_text = std::str::from_utf8(value).is_ok()
        && value
            .iter()
            .all(|byte| *byte >= b' ' || *byte == b'\n' || *byte == b'\t');
    let start = value.get(..VALUE).unwrap_or(value);
    let body = if is_text || value.is_ascii() {
        quote(start)
    } else {
        format!("0x{}", hex(start))
    };
    if start.len() == value.len() {
        body
    } else {
        format!("{body}… ({} bytes)", value.len())
    }
}

fn sparse(map: &SparseMap, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let spans: Vec<String> = map
        .spans
        .iter()
        .take(SPANS)
        .map(|span| format!("{}+{}", span.offset, span.length))
        .collect();
    write!(out, "{}: {}", map.dialect, spans.join(" "))?;
    match map.spans.len().checked_sub(SPANS) {
        None | Some(0) => Ok(()),
        Some(more) => write!(out, " and {more} more"),
    }
}

fn format_name(format: &[u8; 8]) -> String {
    match format {
        b"ustar\x0000" => "ustar".to_owned(),
        b"ustar  \0" => "gnu".to_owned(),
        [0, 0, 0, 0, 0, 0, 0, 0] => "v7".to_owned(),
        other => quote(other),
    }
}

fn padding(bytes: &[u8], out: &mut fmt::Formatter<'_>) -> fmt::Result {
    if bytes.iter().all(|byte| *byte == 0) {
        return write!(out, "{} zero bytes", bytes.len());
    }
    let start = bytes.get(..PADDING).unwrap_or(bytes);
    write!(out, "{} bytes 0x{}…", bytes.len(), hex(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_one_form() {
        let table = [
            (FieldValue::Mode(Number::Value(0o4755)), "4755"),
            (FieldValue::Mode(Number::Value(0)), "0000"),
            (FieldValue::Id(Number::Value(-1)), "-1"),
            (FieldValue::Bytes(b"root\n".to_vec()), "root\\n"),
            (FieldValue::Bytes(vec![0xff, 0]), "0xff00"),
            (FieldValue::Size(12), "12"),
            (
                FieldValue::Device(Device {
                    major: Number::Value(1),
                    minor: Number::Value(3),
                }),
                "1,3",
            ),
            (FieldValue::Format(*b"ustar\x0000"), "ustar"),
            (FieldValue::Format([0; 8]), "v7"),
            (
                FieldValue::Content(ContentSummary {
                    bytes: 2,
                    sha256: Some("ab".to_owned()),
                }),
                "sha256:ab (2 bytes)",
            ),
            (
                FieldValue::Content(ContentSummary {
                    bytes: 5_000_000,
                    sha256: None,
                }),
                "5000000 bytes",
            ),
            (FieldValue::Padding(vec![0; 3]), "3 zero bytes"),
            (FieldValue::Padding(vec![0, 1]), "2 bytes 0x0001…"),
        ];
        for (value, text) in table {
            assert_eq!(value.to_string(), text);
        }
    }
}
