//! Room on disk and in memory.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use nix::sys::statvfs::statvfs;

use crate::bootstrap::outside::host::host_view;
use crate::cli::commands::doctor::check::{Answer, Check};
use crate::verify::environment::cache_root;

/// Free space below which a first run is likely to fail: a state and an outside.
const SPACE_WANTED: u64 = 1 << 30;

/// Memory below which two chroots in tmpfs are likely to fail.
const MEMORY_WANTED: u64 = 2 << 30;

/// What a matching outside of a small variant takes in memory, at most.
const OUTSIDE_WANTED: u64 = 512 << 20;

/// Room for the cache, for chroots, and for copies of the outside.
pub(crate) fn checks() -> Vec<Check> {
    let cache = match cache_root() {
        Ok(root) => space(&root),
        Err(error) => Answer::Lacks {
            what: error.to_string(),
            mend: Some("export XDG_CACHE_HOME=DIR".to_owned()),
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
            if free >= SPACE_WANTED {
                return Answer::Can(text);
            }
            Answer::Weak {
                what: text,
                mend: Some("export XDG_CACHE_HOME=DIR with more space".to_owned()),
            }
        }
        Err(error) => Answer::Weak {
            what: format!("{shown}: {error}"),
            mend: None,
        },
    }
}

fn memory(meminfo: &str) -> Answer {
    match bytes_of(meminfo, "MemAvailable:") {
        Some(bytes) if bytes >= MEMORY_WANTED => {
            Answer::Can(format!("{} MiB available", bytes >> 20))
        }
        Some(bytes) => Answer::weak(
            format!("{} MiB available, for two chroots in memory", bytes >> 20),
            ONE_BY_ONE,
        ),
        None => unknown(),
    }
}

/// What halves the memory that a run takes.
const ONE_BY_ONE: &str = "twinroot verify --jobs 1 builds one after the other";

fn unknown() -> Answer {
    Answer::Weak {
        what: "unknown".to_owned(),
        mend: None,
    }
}

/// A line of `/proc/meminfo` (proc_meminfo(5)).
fn bytes_of(meminfo: &str, name: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    kib.checked_mul(1024)
}

/// The largest outside of which two builds at once can have a copy each: a tmpfs takes half of
/// all memory at most (tmpfs(5)), and both together what is available.
fn largest_copy(meminfo: &str) -> Option<u64> {
    let available = bytes_of(meminfo, "MemAvailable:")?;
    Some(available.min(bytes_of(meminfo, "MemTotal:")?) / 2)
}

/// Two copies of the outside beside two chroots.
fn snapshot(meminfo: &str) -> Answer {
    let Some(largest) = largest_copy(meminfo) else {
        return unknown();
    };
    let text = format!(
        "two copies of an outside of up to {} MiB fit into memory",
        largest >> 20
    );
    if largest >= MEMORY_WANTED / 2 + OUTSIDE_WANTED {
        return Answer::Can(text);
    }
    Answer::weak(format!("{text}, chroots not counted"), ONE_BY_ONE)
}

/// The same where the outside is this machine, which has `size` bytes of files.
fn snapshot_of_host(meminfo: &str, size: Option<u64>) -> Answer {
    let (Some(largest), Some(size)) = (largest_copy(meminfo), size) else {
        return unknown();
    };
    let text = format!("file systems of {} MiB in use", size >> 20);
    if size <= largest {
        return Answer::Can(format!("{text} fit into memory twice"));
    }
    Answer::weak(
        format!(
            "{text}, and two copies of up to {} MiB fit into memory: too much for --outside host \
             --audit snapshot",
            largest >> 20
        ),
        "twinroot verify --outside host --audit overlay copies nothing",
    )
}

/// Bytes in use of all file systems that a copy of this machine takes in; some of it may be
/// below a directory that the sandbox has of its own.
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
    fn little_memory_is_a_weakness_and_no_lack() {
        assert_eq!(
            memory("MemAvailable:   4194304 kB\n"),
            Answer::Can("4096 MiB available".to_owned())
        );
        assert!(matches!(
            memory("MemAvailable:   1000 kB\n"),
            Answer::Weak { .. }
        ));
    }

    #[test]
    fn a_snapshot_needs_room_for_two_copies_of_the_outside() {
        let ample = "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\n";
        let little = "MemTotal: 16777216 kB\nMemAvailable: 1048576 kB\n";
        let mend = "twinroot verify --jobs 1 builds one after the other";
        assert_eq!(
            [ample, little, ""].map(snapshot),
            [
                Answer::Can("two copies of an outside of up to 4096 MiB fit into memory".into()),
                Answer::weak(
                    "two copies of an outside of up to 512 MiB fit into memory, chroots not counted",
                    mend
                ),
                unknown(),
            ]
        );
        assert_eq!(
            snapshot_of_host(ample, Some(1 << 30)),
            Answer::Can("file systems of 1024 MiB in use fit into memory twice".into())
        );
        assert_eq!(
            snapshot_of_host(ample, Some(8 << 30)),
            Answer::weak(
                "file systems of 8192 MiB in use, and two copies of up to 4096 MiB fit into \
                 memory: too much for --outside host --audit snapshot",
                "twinroot verify --outside host --audit overlay copies nothing"
            )
        );
    }
}
