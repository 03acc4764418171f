//! Size and SHA-256 of a file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::bootstrap::error::{Error, at};
use crate::text::hex::hex;

/// Size and SHA-256 of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileDigest {
    /// Bytes.
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// Reads a file to its end.
///
/// # Errors
/// It cannot be read.
pub fn digest(path: &Path) -> Result<FileDigest, Error> {
    let mut file = File::open(path).map_err(at(path, "open"))?;
    let mut digest = Sha256::new();
    let mut size = 0;
    let mut chunk = vec![0; 128 * 1024];
    loop {
        let length = file.read(&mut chunk).map_err(at(path, "read"))?;
        let Some(read) = chunk.get(..length).filter(|read| !read.is_empty()) else {
            let sha256 = hex(&digest.finalize());
            return Ok(FileDigest { size, sha256 });
        };
        digest.update(read);
        size += length as u64;
    }
}
