//! Space on disk and in memory.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use nix::sys::statvfs::statvfs;

use crate::bootstrap::outside::host::host_view;
use crate::cli::commands::doctor::check::{Answer, Check};
use crate::cli::output::hints;
use crate::verify::environment::cache_root;

/// Free space in bytes below which a first run is likely to fail: a frozen archive and an outside
/// system must fit.
const SPACE_NEEDED: u64 = 1 << 30;

/// Available memory in bytes below which two chroots in tmpfs are likely to fail.
const MEMORY_NEEDED: u64 = 2 << 30;

/// Most memory in bytes that a matching outside system of a small variant takes.
const OUTSIDE_SYSTEM_SIZE: u64 = 512 << 20;

/// What halves the memory that a run takes.
const ONE_AT_A_TIME: &str = "use --jobs 1, which builds one chroot at a time";

/// Checks the space for the cache, for chroots, and for copies of the outside system.
pub(crate) fn checks() -> Vec<Check> {
    let cache = match cache_root() {
        Ok(root) => space(&root),
        Err(error) => Answer::Missing {
            what: error.to_string(),
            fix: hints::of(&error),
        },
    };
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    vec![
        Check::new("cache", cache),
        Check::new("memory", memory(&meminfo)),
        Check::new("--audit snapshot", snapshot(&meminfo)),
        Check::new("snapshot of host", snapshot_of_host(&meminfo, host_size())),
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

fn memory(meminfo: &str) -> Answer {
    match bytes_of(meminfo, "MemAvailable:") {
        Some(bytes) if bytes >= MEMORY_NEEDED => {
            Answer::Works(format!("{} MiB available", bytes >> 20))
        }
        Some(bytes) => Answer::weak(
            format!(
                "only {} MiB available for two chroots in memory",
                bytes >> 20
            ),
            ONE_AT_A_TIME,
        ),
        None => unknown(),
    }
}

fn unknown() -> Answer {
    Answer::weak_for_good("unknown")
}

/// The value of a line of `/proc/meminfo` (proc_meminfo(5)), in bytes.
fn bytes_of(meminfo: &str, name: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    kib.checked_mul(1024)
}

/// Size in bytes of the largest outside system of which two builds can have a copy each at the same
/// time: a tmpfs takes at most half of all memory (tmpfs(5)), and both together what is available.
fn largest_copy(meminfo: &str) -> Option<u64> {
    let available = bytes_of(meminfo, "MemAvailable:")?;
    Some(available.min(bytes_of(meminfo, "MemTotal:")?) / 2)
}

/// Checks the memory for two copies of a matching outside system.
fn snapshot(meminfo: &str) -> Answer {
    let Some(largest) = largest_copy(meminfo) else {
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
fn snapshot_of_host(meminfo: &str, size: Option<u64>) -> Answer {
    let (Some(largest), Some(size)) = (largest_copy(meminfo), size) else {
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

    #[test]
    fn little_memory_is_a_weakness() {
        assert_eq!(
            memory("MemAvailable:   4194304 kB\n"),
            Answer::works("4096 MiB available")
        );
        assert_eq!(
            memory("MemAvailable:   1048576 kB\n"),
            Answer::weak(
                "only 1024 MiB available for two chroots in memory",
                "use --jobs 1, which builds one chroot at a time"
            )
        );
    }

    #[test]
    fn a_snapshot_needs_room_for_two_copies_of_the_outside_system() {
        let ample = "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\n";
        let little = "MemTotal: 16777216 kB\nMemAvailable: 1048576 kB\n";
        assert_eq!(
            [ample, little, ""].map(snapshot),
            [
                Answer::works("memory holds two copies of an outside system of up to 4096 MiB"),
                Answer::weak(
                    "memory holds two copies of an outside system of up to 512 MiB, not counting \
                     the chroots",
                    "use --jobs 1, which builds one chroot at a time"
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
                "memory does not hold two copies of this machine's 8192 MiB of files; up to 4096 \
                 MiB would fit",
                "use --audit overlay with --outside host, which copies nothing"
            )
        );
    }
}
