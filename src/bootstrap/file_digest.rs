//! Size and SHA-256 of files.

use std::fs::File;
use std::io;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

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
    read(path).map_err(at(path, "read"))
}

/// Reads files to their ends, on all cores at once; the answers have the order of the paths. Once
/// `is_stopped` says so, no further file is read, and the answers are of no use.
pub(crate) fn digests(
    paths: &[PathBuf],
    is_stopped: &(dyn Fn() -> bool + Sync),
) -> Vec<io::Result<FileDigest>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            match paths.get(number) {
                Some(path) if !is_stopped() => done.push((number, read(path))),
                Some(_) | None => return done,
            }
        }
    };
    let mut all: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().map(|worker| worker.join());
        done.flat_map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, digest)| digest).collect()
}

fn read(path: &Path) -> io::Result<FileDigest> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut size = 0;
    let mut chunk = vec![0; 128 * 1024];
    loop {
        let length = file.read(&mut chunk)?;
        let Some(read) = chunk.get(..length).filter(|read| !read.is_empty()) else {
            let sha256 = hex(&digest.finalize());
            return Ok(FileDigest { size, sha256 });
        };
        digest.update(read);
        size += length as u64;
    }
}
