//! One of the two archives.

use serde::{Deserialize, Serialize};

/// One archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveSide {
    /// `left` and `right`, or `normal` and `chrootless`.
    pub label: String,
    /// What messages call it, quoted.
    pub source: String,
    /// What it is, if it is no tar archive.
    #[serde(default, skip_serializing_if = "KindName::is_tar")]
    pub kind: KindName,
    /// How it is compressed.
    pub compression: CompressionName,
    /// Bytes of the archive, decompressed.
    pub bytes: u64,
    /// Number of entries.
    pub entries: u64,
    /// SHA-256 of the archive in hexadecimal, if one was computed.
    pub sha256: Option<String>,
}

/// The name of what is compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KindName {
    /// A tar archive.
    #[default]
    Tar,
    /// An ar archive, and so a Debian package.
    Ar,
    /// A zip archive.
    Zip,
    /// An rpm package.
    Rpm,
    /// A directory.
    Directory,
    /// A container image.
    Image,
    /// Any other file.
    File,
}

impl KindName {
    /// Whether it is a tar archive, which is not said.
    fn is_tar(&self) -> bool {
        *self == Self::Tar
    }
}

/// The name of a compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CompressionName {
    /// The archive is not compressed.
    None,
    /// gzip, RFC 1952.
    Gzip,
    /// Zstandard, RFC 8878.
    Zstd,
    /// The `.xz` format.
    Xz,
    /// bzip2.
    Bzip2,
    /// LZ4 frames.
    Lz4,
    /// lzip.
    Lzip,
    /// The `.lzma` format of LZMA Utils.
    Lzma,
}
