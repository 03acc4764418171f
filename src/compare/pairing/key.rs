//! Names of entries as 128-bit digests.

use std::hash::{DefaultHasher, Hasher as _};

use crate::tar::entry::trim_slash;

/// Digest of a name without trailing slashes.
pub(crate) type Key = [u64; 2];

/// Digest of a name.
pub(crate) fn key(path: &[u8]) -> Key {
    let path = trim_slash(path);
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(salt);
        hasher.write(path);
        hasher.finish()
    };
    [half(0), half(1)]
}
