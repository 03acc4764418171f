//! How much memory this process and all that it starts may still take: what the machine has, and
//! what its control groups leave (cgroups(7), Linux's `cgroup-v2.rst` and `cgroup-v1/memory.rst`).

use std::fs;
use std::path::{Path, PathBuf};

/// Memory that is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeMemory {
    /// Bytes that can be taken without anything being ended or moved to swap space.
    pub bytes: u64,
    /// What limits it.
    pub by: LimitedBy,
}

/// What limits memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitedBy {
    /// What the machine has.
    Machine,
    /// A control group that this process is in.
    ControlGroup,
}

/// Reads a file of the kernel's; `None` if there is none.
type Read<'a> = &'a dyn Fn(&Path) -> Option<String>;

/// What is free now; `None` if there is no `/proc`.
#[must_use]
pub fn free_memory() -> Option<FreeMemory> {
    free(&|path| fs::read_to_string(path).ok())
}

fn free(read: Read<'_>) -> Option<FreeMemory> {
    let meminfo = read(Path::new("/proc/meminfo"))?;
    let machine = FreeMemory {
        bytes: bytes_of(&meminfo, "MemAvailable:")?,
        by: LimitedBy::Machine,
    };
    let groups = hierarchies(read);
    let left = groups.iter().filter_map(|group| group.left(read)).min();
    let of_group = left.map(|bytes| FreeMemory {
        bytes,
        by: LimitedBy::ControlGroup,
    });
    Some(match of_group {
        Some(group) if group.bytes < machine.bytes => group,
        _ => machine,
    })
}

/// The value of a line of `/proc/meminfo` (proc_meminfo(5)), in bytes.
fn bytes_of(meminfo: &str, name: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    kib.checked_mul(1024)
}

/// How the two versions of control groups call the same.
struct Names {
    limits: &'static [&'static str],
    usage: &'static str,
    /// Of files that are read from a disk, and can be read again.
    reclaimable: [&'static str; 2],
}

const VERSION_2: Names = Names {
    limits: &["memory.max", "memory.high"],
    usage: "memory.current",
    reclaimable: ["inactive_file ", "active_file "],
};

const VERSION_1: Names = Names {
    limits: &["memory.limit_in_bytes"],
    usage: "memory.usage_in_bytes",
    reclaimable: ["total_inactive_file ", "total_active_file "],
};

/// A hierarchy of control groups that limits memory, and the group of this process in it.
struct Hierarchy {
    mounted: PathBuf,
    group: PathBuf,
    names: &'static Names,
}

impl Hierarchy {
    /// The least that the group and those above it leave.
    fn left(&self, read: Read<'_>) -> Option<u64> {
        let above = self.group.ancestors();
        let all = above.take_while(|group| group.starts_with(&self.mounted));
        all.filter_map(|group| left_by(group, self.names, read))
            .min()
    }
}

/// What one control group leaves; `None` if it has no limit.
fn left_by(group: &Path, names: &Names, read: Read<'_>) -> Option<u64> {
    let number = |name: &str| read(&group.join(name))?.trim().parse::<u64>().ok();
    // The word `max` is no number.
    let limits = names.limits.iter().filter_map(|name| number(name));
    let limit = limits.min()?;
    let stat = read(&group.join("memory.stat")).unwrap_or_default();
    let reclaimable = names.reclaimable.iter().filter_map(|name| {
        let value = stat.lines().find_map(|line| line.strip_prefix(name))?;
        value.trim().parse::<u64>().ok()
    });
    let used = number(names.usage)?.saturating_sub(reclaimable.sum());
    Some(limit.saturating_sub(used))
}

/// The hierarchies of this process that can be seen.
fn hierarchies(read: Read<'_>) -> Vec<Hierarchy> {
    let groups = read(Path::new("/proc/self/cgroup")).unwrap_or_default();
    let mounts = read(Path::new("/proc/self/mountinfo")).unwrap_or_default();
    let lines = mounts.lines().filter_map(|line| {
        let (mount, source) = line.split_once(" - ")?;
        let mut fields = mount.split(' ').skip(3);
        let (root, mounted) = (fields.next()?, fields.next()?);
        let names = match source.split(' ').collect::<Vec<_>>()[..] {
            ["cgroup2", ..] => &VERSION_2,
            ["cgroup", _, options] if has_memory(options) => &VERSION_1,
            _ => return None,
        };
        let group = groups.lines().find_map(|line| {
            // HIERARCHY:CONTROLLERS:PATH
            let mut fields = line.splitn(3, ':').skip(1);
            let (controllers, path) = (fields.next()?, fields.next()?);
            let is_it = match names.limits.len() {
                1 => has_memory(controllers),
                _ => controllers.is_empty(),
            };
            is_it.then_some(path)
        })?;
        let inside = Path::new(group).strip_prefix(root).unwrap_or(Path::new(""));
        Some(Hierarchy {
            mounted: PathBuf::from(mounted),
            group: Path::new(mounted).join(inside),
            names,
        })
    });
    lines.collect()
}

fn has_memory(controllers: &str) -> bool {
    controllers.split(',').any(|name| name == "memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Option<(u64, LimitedBy)> {
        let read = |path: &Path| {
            let mut files = files.iter();
            let found = files.find(|(name, _)| Path::new(name) == path)?;
            Some(found.1.to_owned())
        };
        free(&read).map(|free| (free.bytes >> 20, free.by))
    }

    const MEMINFO: (&str, &str) = (
        "/proc/meminfo",
        "MemTotal: 9 kB\nMemAvailable: 8388608 kB\n",
    );

    #[test]
    fn without_a_limit_it_is_what_the_machine_has() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[MEMINFO]), Some((8192, LimitedBy::Machine)));
    }

    #[test]
    fn the_tightest_group_above_counts_and_what_can_be_read_again_is_free() {
        let version_2 = [
            MEMINFO,
            ("/proc/self/cgroup", "0::/a/b\n"),
            (
                "/proc/self/mountinfo",
                "30 24 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n",
            ),
            ("/sys/fs/cgroup/a/b/memory.max", "max\n"),
            ("/sys/fs/cgroup/a/b/memory.high", "4294967296\n"),
            ("/sys/fs/cgroup/a/b/memory.current", "1048576\n"),
            ("/sys/fs/cgroup/a/memory.max", "2147483648\n"),
            ("/sys/fs/cgroup/a/memory.current", "1073741824\n"),
            (
                "/sys/fs/cgroup/a/memory.stat",
                "anon 5\nfile 9\ninactive_file 536870912\nactive_file 1048576\n",
            ),
        ];
        assert_eq!(of(&version_2), Some((1537, LimitedBy::ControlGroup)));
    }

    #[test]
    fn a_group_of_version_1_may_be_seen_from_within() {
        let version_1 = [
            MEMINFO,
            ("/proc/self/cgroup", "4:memory:/docker/x\n1:cpu:/\n0::/\n"),
            (
                "/proc/self/mountinfo",
                "31 24 0:28 /docker/x /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
            ),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n"),
            ("/sys/fs/cgroup/memory/memory.usage_in_bytes", "104857600\n"),
        ];
        assert_eq!(of(&version_1), Some((412, LimitedBy::ControlGroup)));
    }
}
