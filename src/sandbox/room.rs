//! Where a sandbox keeps what it writes, and how much that may be.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::sandbox::free_memory::free_memory;

/// Where a sandbox keeps all that it writes: upper directories, copies, `/tmp` with the chroot, and
/// shared memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Room {
    /// In one tmpfs.
    Memory {
        /// Its size.
        bytes: u64,
    },
    /// In a directory of the machine; in memory is only what is no file of a build, such as `/dev`.
    Disk {
        /// For a run: in which each sandbox gets a directory. For a sandbox: its own.
        directory: PathBuf,
    },
}

/// Bytes of the tmpfs that a sandbox has beside a directory on disk, for `/dev` and `/dev/shm`.
const BESIDE_DISK: u64 = 64 << 20;

/// Bytes for each object of a tmpfs, on the average. An empty file takes memory, too, which its size
/// does not show; a chroot has one object for each 20 KiB.
const BYTES_PER_OBJECT: u64 = 4096;

/// Bytes of a tmpfs if nobody says and the kernel does not, either.
const UNKNOWN: u64 = 1 << 30;

impl Room {
    /// One of two shares of what is free in memory, as [`Room::share`] has it.
    pub(crate) fn of_machine() -> Self {
        let bytes = free_memory().map_or(UNKNOWN, |free| Self::share(free.bytes) / 2);
        Self::Memory { bytes }
    }

    /// How much must be free, so that the share of it is that large, in bytes.
    #[must_use]
    pub fn free_for(share: u64) -> u64 {
        share.div_ceil(3).saturating_mul(4)
    }

    /// What all tmpfs of a run may take of so much free memory: three quarters, in bytes. The rest
    /// is for the processes of the run, and for others.
    #[must_use]
    pub fn share(free: u64) -> u64 {
        free / 4 * 3
    }

    /// The options of the sandbox's tmpfs (tmpfs(5)).
    pub(crate) fn tmpfs_options(&self) -> String {
        let bytes = match self {
            Self::Memory { bytes } => *bytes,
            Self::Disk { .. } => BESIDE_DISK,
        };
        let objects = (bytes / BYTES_PER_OBJECT).max(1024);
        format!("size={bytes},nr_inodes={objects}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tmpfs_is_limited_by_bytes_and_by_objects() {
        let memory = Room::Memory { bytes: 1 << 30 };
        assert_eq!(memory.tmpfs_options(), "size=1073741824,nr_inodes=262144");
        let disk = Room::Disk {
            directory: "/srv".into(),
        };
        assert_eq!(disk.tmpfs_options(), "size=67108864,nr_inodes=16384");
    }
}
