//! Whether a blob is what its name says.

use std::io;
use std::io::Read;

use sha2::{Digest as _, Sha256};

use crate::any::image::store::Store;
use crate::text::hex::hex;

/// Whether the blob `blobs/sha256/DIGEST` has this digest. Other names say nothing.
///
/// # Errors
/// The operating system's.
pub(crate) fn is_as_named(store: &Store, name: &str) -> io::Result<bool> {
    let Some(digest) = name.strip_prefix("blobs/sha256/") else {
        return Ok(true);
    };
    let Some(mut stream) = store.open(name)? else {
        return Ok(true);
    };
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize()) == digest),
            read => hasher.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}
