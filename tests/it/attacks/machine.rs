//! What no attack may change of the machine, as text that can be compared.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Settings and device nodes that change by themselves, or by what other programs do.
const RESTLESS: [&str; 14] = [
    "/proc/sys/fs/aio-nr",
    "/proc/sys/fs/dentry-state",
    "/proc/sys/fs/file-nr",
    "/proc/sys/fs/inode-nr",
    "/proc/sys/fs/inode-state",
    "/proc/sys/fs/quota",
    "/proc/sys/kernel/ns_last_pid",
    "/proc/sys/kernel/pty",
    "/proc/sys/kernel/random",
    "/proc/sys/net/netfilter",
    "/proc/sys/net/ipv4/tcp_mem",
    "/proc/sys/net/ipv4/route",
    "/proc/sys/fs/binfmt_misc",
    "/proc/sys/vm/stat_refresh",
];

/// What is known of the machine, by place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Machine(BTreeMap<PathBuf, String>);

impl Machine {
    /// Looks at settings, control groups, devices, emulators, and at these trees.
    pub(crate) fn look(trees: &[&Path]) -> Self {
        let mut found = BTreeMap::new();
        walk(Path::new("/proc/sys"), &mut found, &|path, _| {
            fs::read(path).map_or_else(|error| error.to_string(), |bytes| format!("{bytes:?}"))
        });
        walk(
            Path::new("/proc/sys/fs/binfmt_misc"),
            &mut found,
            &|_, _| String::new(),
        );
        walk(Path::new("/sys/fs/cgroup"), &mut found, &|_, metadata| {
            if metadata.is_dir() {
                "group".to_owned()
            } else {
                String::new()
            }
        });
        for name in ["null", "zero", "full", "random", "urandom", "tty"] {
            let path = Path::new("/dev").join(name);
            let metadata = fs::symlink_metadata(&path).expect("a device");
            let shown = format!(
                "{:o} {} {}",
                metadata.mode(),
                metadata.uid(),
                metadata.gid()
            );
            found.insert(path, shown);
        }
        for tree in trees {
            walk(tree, &mut found, &|path, metadata| of_file(path, metadata));
        }
        Self(found)
    }

    /// The places that are others now.
    pub(crate) fn differences(&self, later: &Self) -> Vec<String> {
        let places = self.0.keys().chain(later.0.keys());
        let mut differing: Vec<String> = places
            .filter(|place| self.0.get(*place) != later.0.get(*place))
            .map(|place| {
                let (before, after) = (self.0.get(place), later.0.get(place));
                format!("{}: {before:?} and then {after:?}", place.display())
            })
            .collect();
        differing.sort();
        differing.dedup();
        differing
    }
}

fn of_file(path: &Path, metadata: &fs::Metadata) -> String {
    let content = if metadata.is_file() && metadata.len() < 1 << 16 {
        fs::read(path).unwrap_or_default()
    } else {
        vec![]
    };
    format!(
        "{:o} {} {} {} {}.{} {}.{} {:?}",
        metadata.mode(),
        metadata.uid(),
        metadata.gid(),
        metadata.size(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
        content.escape_ascii().to_string()
    )
}

fn walk(
    path: &Path,
    found: &mut BTreeMap<PathBuf, String>,
    look: &dyn Fn(&Path, &fs::Metadata) -> String,
) {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return;
    };
    if RESTLESS.iter().any(|restless| path == Path::new(restless)) {
        return;
    }
    if metadata.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            walk(&entry.path(), found, look);
        }
    }
    if metadata.is_dir() && path.starts_with("/proc/sys") {
        return;
    }
    found.insert(path.to_owned(), look(path, &metadata));
}
