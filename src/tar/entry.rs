//! What a group means: the values of its fields after all extended headers.
//!
//! Precedence as GNU tar has it: global records, then the header, then the entry's own
//! records, of which the last of a key wins. An empty value takes a record back.

use std::collections::BTreeMap;

use base64::Engine as _;

use serde::{Deserialize, Serialize};

use crate::tar::block::{Block, regions};
use crate::tar::number::Number;
use crate::tar::pax::{PaxRecord, records};
use crate::tar::raw_entry::{ExtKind, RawEntry, until_nul};
use crate::tar::sparse::{SparseError, SparseMap};
use crate::tar::time::Timestamp;

/// Before the name of a field of a zip archive in a record of the archive that it is read as.
pub(crate) const OF_ZIP: &[u8] = b"TWINROOT.zip.";

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EntryKind {
    /// `0`, NUL, or `S` (an old GNU sparse file, which its map tells).
    File,
    /// `1`.
    HardLink,
    /// `2`.
    Symlink,
    /// `3`.
    CharDevice,
    /// `4`.
    BlockDevice,
    /// `5`, or a version 7 file whose name ends with a slash.
    Directory,
    /// `6`.
    Fifo,
    /// `7`.
    Contiguous,
    /// Anything else: the type flag.
    Other(u8),
}

impl EntryKind {
    fn of(block: &Block, path: &[u8]) -> Self {
        match block.typeflag() {
            0 | b'0' if !block.is_ustar() && path.ends_with(b"/") => Self::Directory,
            0 | b'0' | b'S' => Self::File,
            b'1' => Self::HardLink,
            b'2' => Self::Symlink,
            b'3' => Self::CharDevice,
            b'4' => Self::BlockDevice,
            b'5' => Self::Directory,
            b'6' => Self::Fifo,
            b'7' => Self::Contiguous,
            other => Self::Other(other),
        }
    }

    /// Whether the entry is file content of its own.
    #[must_use]
    pub fn is_regular(self) -> bool {
        matches!(self, Self::File | Self::Contiguous)
    }
}

impl std::fmt::Display for EntryKind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self {
            Self::File => "file",
            Self::HardLink => "hard link",
            Self::Symlink => "symlink",
            Self::CharDevice => "character device",
            Self::BlockDevice => "block device",
            Self::Directory => "directory",
            Self::Fifo => "fifo",
            Self::Contiguous => "contiguous file",
            // GNU tar's own: tar.h has them as GNUTYPE_DUMPDIR, GNUTYPE_MULTIVOL, GNUTYPE_VOLHDR.
            Self::Other(b'D') => "directory with a list of its names",
            Self::Other(b'M') => "rest of a file from another volume",
            Self::Other(b'V') => "volume label",
            Self::Other(flag) => return write!(out, "type {}", crate::text::quote(&[*flag])),
        };
        out.write_str(name)
    }
}

/// The numbers of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Major number.
    pub major: Number,
    /// Minor number.
    pub minor: Number,
}

/// An entry's decoded fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Name as spelled.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: EntryKind,
    /// Permission bits (and whatever else the field holds).
    pub mode: Number,
    /// Numeric owner.
    pub uid: Number,
    /// Numeric group.
    pub gid: Number,
    /// Owner's name, empty where there is none.
    pub uname: Vec<u8>,
    /// Group's name, empty where there is none.
    pub gname: Vec<u8>,
    /// Size in bytes; of the expanded file where it is sparse.
    pub size: u64,
    /// Modification time.
    pub mtime: Timestamp,
    /// Access time, where stored.
    pub atime: Option<Timestamp>,
    /// Change time, where stored.
    pub ctime: Option<Timestamp>,
    /// Link target, empty where there is none.
    pub linkname: Vec<u8>,
    /// Device numbers.
    pub device: Device,
    /// Extended attributes.
    pub xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
    /// POSIX ACL texts: `access`, `default` and others that star knows.
    pub acls: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Other pax records.
    pub pax: BTreeMap<Vec<u8>, Vec<u8>>,
    /// What no tar archive says of an entry: fields of another archive that is read as one, by name.
    pub own: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Sparse map.
    pub sparse: Option<Result<SparseMap, SparseError>>,
    /// Magic and version.
    pub format: [u8; 8],
    /// Where the stored content starts in the archive.
    pub content: u64,
    /// Stored bytes of content.
    pub stored: u64,
}

impl Entry {
    /// Decodes a group. `content` holds the first bytes of its stored content (needed for
    /// sparse format 1.0 only, may be empty otherwise).
    #[must_use]
    pub fn from_group(group: &RawEntry, content: &[u8]) -> Self {
        let own: Vec<PaxRecord<'_>> = group
            .ext
            .iter()
            .filter(|ext| ext.kind == ExtKind::Pax)
            .flat_map(|ext| records(ext.data()).unwrap_or_default())
            .collect();
        let mut entry = Self::from_header(group);
        let local = |key: &[u8]| own.iter().any(|record| record.key == key);
        for (key, value) in group.globals.iter().filter(|(key, _)| !local(key)) {
            if applies_globally(key) {
                entry.apply(key, value);
            }
        }
        for record in &own {
            entry.apply(record.key, record.value);
        }
        entry.sparse = SparseMap::from_group(group, &own, content).transpose();
        entry.size = match &entry.sparse {
            Some(Ok(map)) => map.real_size,
            Some(Err(_)) | None if group.size == 0 => declared_size(group, &own),
            Some(Err(_)) | None => group.size,
        };
        entry
    }

    fn from_header(group: &RawEntry) -> Self {
        let block = &group.block;
        let ustar = block.is_ustar();
        let text = |region| {
            if ustar {
                block.text(region).to_vec()
            } else {
                Vec::new()
            }
        };
        let number = |region| {
            if ustar {
                block.number(region)
            } else {
                Number::Value(0)
            }
        };
        let time = |region| {
            let field = block.bytes(region);
            (block.is_gnu() && field.iter().any(|byte| *byte != 0))
                .then(|| Timestamp::from_field(field))
        };
        let long_link = group
            .ext
            .iter()
            .rev()
            .find(|ext| ext.kind == ExtKind::LongLink);
        let linkname = long_link.map_or_else(
            || block.text(regions::LINKNAME),
            |ext| until_nul(ext.data()),
        );
        let mut format = [0; 8];
        format.copy_from_slice(block.0.get(257..265).unwrap_or(&[0; 8]));
        Self {
            path: group.path.clone(),
            kind: EntryKind::of(block, &group.path),
            mode: block.number(regions::MODE),
            uid: block.number(regions::UID),
            gid: block.number(regions::GID),
            uname: text(regions::UNAME),
            gname: text(regions::GNAME),
            size: group.size,
            mtime: Timestamp::from_field(block.bytes(regions::MTIME)),
            atime: time(regions::GNU_ATIME),
            ctime: time(regions::GNU_CTIME),
            linkname: linkname.to_vec(),
            device: Device {
                major: number(regions::DEVMAJOR),
                minor: number(regions::DEVMINOR),
            },
            xattrs: BTreeMap::new(),
            acls: BTreeMap::new(),
            pax: BTreeMap::new(),
            own: BTreeMap::new(),
            sparse: None,
            format,
            content: group.content,
            stored: group.size,
        }
    }

    fn apply(&mut self, key: &[u8], value: &[u8]) {
        let field = pax_field(key);
        if let Some(name) = field.strip_prefix(b"xattr:") {
            self.xattrs.insert(name.to_vec(), xattr_value(key, value));
        } else if let Some(name) = field.strip_prefix(b"acl:") {
            self.acls.insert(name.to_vec(), value.to_vec());
        } else if let Some(name) = field.strip_prefix(b"pax:") {
            self.pax.insert(name.to_vec(), value.to_vec());
        } else if key.starts_with(OF_ZIP) {
            self.own.insert(field, value.to_vec());
        } else if !value.is_empty() {
            self.apply_known(key, value);
        }
    }

    fn apply_known(&mut self, key: &[u8], value: &[u8]) {
        match key {
            b"uid" => self.uid = Number::from_decimal(value),
            b"gid" => self.gid = Number::from_decimal(value),
            b"uname" => self.uname = value.to_vec(),
            b"gname" => self.gname = value.to_vec(),
            b"linkpath" => self.linkname = value.to_vec(),
            b"mtime" => self.mtime = Timestamp::from_pax(value),
            b"atime" => self.atime = Some(Timestamp::from_pax(value)),
            b"ctime" => self.ctime = Some(Timestamp::from_pax(value)),
            b"SCHILY.devmajor" => self.device.major = Number::from_decimal(value),
            b"SCHILY.devminor" => self.device.minor = Number::from_decimal(value),
            _ => {}
        }
    }

    /// Name without trailing slashes: what pairs entries.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        trim_slash(&self.path)
    }
}

/// Whether a global record sets a field of every entry. A name or size would make all entries
/// the same, so these are left to local headers; other keywords, as the `comment` of git, say
/// something about the archive.
fn applies_globally(key: &[u8]) -> bool {
    let field = pax_field(key);
    let local = matches!(&field[..], b"path" | b"linkname" | b"size" | b"sparse");
    !local && !field.starts_with(b"pax:")
}

fn declared_size(group: &RawEntry, own: &[PaxRecord<'_>]) -> u64 {
    let record = own
        .iter()
        .rev()
        .find(|record| record.key == b"size" && !record.value.is_empty());
    let size = record.map_or_else(
        || group.block.number(regions::SIZE),
        |record| Number::from_decimal(record.value),
    );
    size.as_size().unwrap_or(0)
}

/// A name without its trailing slashes; a name of slashes only stays one slash.
#[must_use]
pub fn trim_slash(path: &[u8]) -> &[u8] {
    let end = path
        .iter()
        .rposition(|&byte| byte != b'/')
        .map_or(path.len().min(1), |at| at + 1);
    path.get(..end).unwrap_or_default()
}

/// The report's field name that a pax keyword sets, as bytes (attribute names are bytes).
#[must_use]
pub fn pax_field(key: &[u8]) -> Vec<u8> {
    match key {
        b"path" | b"GNU.sparse.name" => b"path".to_vec(),
        b"linkpath" => b"linkname".to_vec(),
        b"uid" | b"gid" | b"uname" | b"gname" | b"mtime" | b"atime" | b"ctime" | b"size" => {
            key.to_vec()
        }
        b"GNU.sparse.realsize" => b"size".to_vec(),
        b"SCHILY.devmajor" | b"SCHILY.devminor" => b"device".to_vec(),
        _ => {
            if let Some(name) = key.strip_prefix(b"SCHILY.xattr.") {
                [b"xattr:", name].concat()
            } else if let Some(name) = key.strip_prefix(b"LIBARCHIVE.xattr.") {
                [b"xattr:", &percent_decoded(name)[..]].concat()
            } else if let Some(name) = key.strip_prefix(b"SCHILY.acl.") {
                [b"acl:", name].concat()
            } else if key.starts_with(b"GNU.sparse.") {
                b"sparse".to_vec()
            } else if let Some(name) = key.strip_prefix(OF_ZIP) {
                [b"zip:", name].concat()
            } else {
                [b"pax:", key].concat()
            }
        }
    }
}

/// libarchive writes attribute values in base64, star and GNU tar as they are.
fn xattr_value(key: &[u8], value: &[u8]) -> Vec<u8> {
    if !key.starts_with(b"LIBARCHIVE.xattr.") {
        return value.to_vec();
    }
    let unpadded: Vec<u8> = value.iter().copied().filter(|byte| *byte != b'=').collect();
    base64::engine::general_purpose::STANDARD_NO_PAD
        .decode(unpadded)
        .unwrap_or_else(|_| value.to_vec())
}

fn percent_decoded(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = hex
            .filter(|_| first == b'%')
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(byte.unwrap_or(first));
        rest = tail
            .get(if byte.is_some() { 2 } else { 0 }..)
            .unwrap_or_default();
    }
    out
}
