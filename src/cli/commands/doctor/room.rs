//! Space on disk and in memory.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use nix::sys::statvfs::statvfs;

use crate::bootstrap::outside::host::host_view;
use crate::cli::commands::doctor::check::{Answer, Check};
use crate::cli::output::hints;
use crate::sandbox::free_memory::{FreeMemory, LimitedBy, free_memory};
use crate::sandbox::room::Room;
use crate::verify::environment::cache_root;

/// Free space in bytes below which a first run is likely to fail: a frozen archive and an outside
/// system must fit.
const SPACE_NEEDED: u64 = 1 << 30;

/// Available memory in bytes below which two chroots in tmpfs are likely to fail.
const MEMORY_NEEDED: u64 = 2 << 30;

/// Most memory in bytes that a matching outside system of a small variant takes.
const OUTSIDE_SYSTEM_SIZE: u64 = 512 << 20;

/// What halves the memory that a run takes.
const ONE_AT_A_TIME: &str =
    "use --jobs 1, which builds one chroot at a time, or --work-dir DIR, which needs a disk";

/// Checks the space for the cache, for chroots, and for copies of the outside system.
pub(crate) fn checks() -> Vec<Check> {
    let cache = match cache_root() {
        Ok(root) => space(&root),
        Err(error) => Answer::Missing {
            what: error.to_string(),
            fix: hints::of(&error),
        },
    };
    let free = free_memory();
    vec![
        Check::new("cache", cache),
        Check::new("memory", memory(free)),
        Check::new("--audit snapshot", snapshot(free)),
        Check::new("snapshot of host", snapshot_of_host(free, host_size())),
    ]
}

fn space(root: &Path) -> Answer {
    let existing = root
        .ancestors()
        .find(|path| path.exists())
        .unwrap_or(Path::new("/"));
    let shown = root.to_string_lossy();
    match statvfs(existing) {
        Ok(stat) => {
            let free = stat.blocks_available() * stat.fragment_size();
            let text = format!("{shown}: {} MiB free", free >> 20);
            if free >= SPACE_NEEDED {
                return Answer::Works(text);
            }
            Answer::weak(
                text,
                "export XDG_CACHE_HOME=DIR, a directory with more space",
            )
        }
        Err(error) => Answer::weak_for_good(format!("{shown}: {error}")),
    }
}

fn memory(free: Option<FreeMemory>) -> Answer {
    let whose = |by| match by {
        LimitedBy::Machine => "",
        LimitedBy::ControlGroup => " in this control group",
    };
    match free {
        Some(FreeMemory { bytes, by }) if bytes >= MEMORY_NEEDED => {
            Answer::Works(format!("{} MiB available{}", bytes >> 20, whose(by)))
        }
        Some(FreeMemory { bytes, by }) => Answer::weak(
            format!(
                "only {} MiB available{} for two chroots in memory",
                bytes >> 20,
                whose(by)
            ),
            ONE_AT_A_TIME,
        ),
        None => unknown(),
    }
}

fn unknown() -> Answer {
    Answer::weak_for_good("unknown")
}

/// Size in bytes of the largest outside system of which two builds can have a copy each at the same
/// time, in the share of memory that builds take.
fn largest_copy(free: Option<FreeMemory>) -> Option<u64> {
    free.map(|free| Room::share(free.bytes) / 2)
}

/// Checks the memory for two copies of a matching outside system.
fn snapshot(free: Option<FreeMemory>) -> Answer {
    let Some(largest) = largest_copy(free) else {
        return unknown();
    };
    let text = format!(
        "memory holds two copies of an outside system of up to {} MiB",
        largest >> 20
    );
    if largest >= MEMORY_NEEDED / 2 + OUTSIDE_SYSTEM_SIZE {
        return Answer::Works(text);
    }
    Answer::weak(format!("{text}, not counting the chroots"), ONE_AT_A_TIME)
}

/// Checks the memory for two copies of this machine, which has `size` bytes of files.
fn snapshot_of_host(free: Option<FreeMemory>, size: Option<u64>) -> Answer {
    let (Some(largest), Some(size)) = (largest_copy(free), size) else {
        return unknown();
    };
    let copies = format!("two copies of this machine's {} MiB of files", size >> 20);
    if size <= largest {
        return Answer::Works(format!("memory holds {copies}"));
    }
    Answer::weak(
        format!(
            "memory does not hold {copies}; up to {} MiB would fit",
            largest >> 20
        ),
        "use --audit overlay with --outside host, which copies nothing",
    )
}

/// Bytes in use on all file systems that a copy of this machine includes. Some of them may be below
/// a directory that the sandbox replaces with its own.
fn host_size() -> Option<u64> {
    let view = host_view().ok()?;
    let mut used = BTreeMap::new();
    for layer in view.layers {
        let device = fs::metadata(&layer.lower).ok()?.dev();
        let stat = statvfs(&layer.lower).ok()?;
        let blocks = stat.blocks().saturating_sub(stat.blocks_free());
        let _ = used.insert(device, blocks.saturating_mul(stat.fragment_size()));
    }
    Some(used.into_values().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(mib: u64) -> Option<FreeMemory> {
        Some(FreeMemory {
            bytes: mib << 20,
            by: LimitedBy::Machine,
        })
    }

    #[test]
    fn little_memory_is_a_weakness() {
        assert_eq!(memory(free(4096)), Answer::works("4096 MiB available"));
        assert_eq!(
            memory(free(1024)),
            Answer::weak(
                "only 1024 MiB available for two chroots in memory",
                ONE_AT_A_TIME
            )
        );
    }

    #[test]
    fn a_snapshot_needs_room_for_two_copies_of_the_outside_system() {
        let (ample, little) = (free(8192), free(1024));
        assert_eq!(
            [ample, little, None].map(snapshot),
            [
                Answer::works("memory holds two copies of an outside system of up to 3072 MiB"),
                Answer::weak(
                    "memory holds two copies of an outside system of up to 384 MiB, not counting \
                     the chroots",
                    ONE_AT_A_TIME
                ),
                unknown(),
            ]
        );
        assert_eq!(
            snapshot_of_host(ample, Some(1 << 30)),
            Answer::works("memory holds two copies of this machine's 1024 MiB of files")
        );
        assert_eq!(
            snapshot_of_host(ample, Some(8 << 30)),
            Answer::weak(
                "memory does not hold two copies of this machine's 8192 MiB of files; up to 3072 \
                 MiB would fit",
                "use --audit overlay with --outside host, which copies nothing"
            )
        );
    }
}
