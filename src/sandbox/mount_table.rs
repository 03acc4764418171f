//! The table of mounts, as the kernel shows it (proc_pid_mountinfo(5)).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _};

use crate::sandbox::mount_change::MountChange;
use crate::sandbox::mounts::failed;
use crate::sandbox::protocol::StageFailure;

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mount {
    /// Where it is.
    pub(crate) target: String,
    /// Type of its file system, `ext4`.
    pub(crate) kind: String,
    /// Whether nothing can be written through it, whatever its file system allows.
    pub(crate) is_read_only: bool,
}

/// The mounts that this process sees, to be read any number of times: also when `/proc` has been
/// unmounted.
#[derive(Debug)]
pub(crate) struct MountTable(File);

impl MountTable {
    /// # Errors
    /// There is no `/proc`.
    pub(crate) fn open() -> Result<Self, StageFailure> {
        let path = "/proc/self/mountinfo";
        File::open(path)
            .map(Self)
            .map_err(failed(format!("open `{path}`")))
    }

    /// The mounts as they are now.
    ///
    /// # Errors
    /// The table cannot be read.
    pub(crate) fn read(&mut self) -> Result<Vec<Mount>, StageFailure> {
        let mut bytes = vec![];
        self.0
            .rewind()
            .and_then(|()| self.0.read_to_end(&mut bytes))
            .map_err(failed("read the table of mounts"))?;
        let table = String::from_utf8_lossy(&bytes);
        Ok(table.lines().filter_map(of_line).collect())
    }
}

/// One line of the table.
pub(crate) fn of_line(line: &str) -> Option<Mount> {
    let (mount, source) = line.split_once(" - ")?;
    let mut fields = mount.split(' ').skip(4);
    let (target, options) = (fields.next()?, fields.next()?);
    Some(Mount {
        target: unescaped(target),
        kind: source.split(' ').next()?.to_owned(),
        is_read_only: options.split(',').any(|option| option == "ro"),
    })
}

/// Undoes octal escapes.
fn unescaped(target: &str) -> String {
    [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ]
    .iter()
    .fold(target.to_owned(), |text, (code, plain)| {
        text.replace(code, plain)
    })
}

/// The places whose mounts are others, by path.
pub(crate) fn changes(before: &[Mount], after: &[Mount]) -> Vec<MountChange> {
    let (before, after) = (by_place(before), by_place(after));
    let places: BTreeMap<&str, ()> = before
        .keys()
        .chain(after.keys())
        .map(|p| (*p, ()))
        .collect();
    places
        .into_keys()
        .filter(|place| before.get(place) != after.get(place))
        .map(|place| {
            let seen = |table: &BTreeMap<&str, Vec<&Mount>>| {
                let top = table.get(place)?.last()?;
                Some(top.kind.clone())
            };
            MountChange {
                path: place.to_owned(),
                before: seen(&before),
                after: seen(&after),
            }
        })
        .collect()
}

/// Mounts of one place are on top of each other, the last one is seen.
fn by_place(mounts: &[Mount]) -> BTreeMap<&str, Vec<&Mount>> {
    let mut places = BTreeMap::<_, Vec<_>>::new();
    for mount in mounts {
        places.entry(mount.target.as_str()).or_default().push(mount);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mount(target: &str, kind: &str) -> Mount {
        Mount {
            target: target.to_owned(),
            kind: kind.to_owned(),
            is_read_only: false,
        }
    }

    #[test]
    fn a_mount_point_with_a_blank_is_read() {
        let line = "36 35 98:0 / /mnt/a\\040b ro,noatime master:1 - ext3 /dev/root rw";
        let expected = Mount {
            is_read_only: true,
            ..mount("/mnt/a b", "ext3")
        };
        assert_eq!(of_line(line), Some(expected));
    }

    #[test]
    fn a_mount_that_is_left_or_gone_or_covers_another_is_a_change() {
        let before = [
            mount("/", "overlay"),
            mount("/proc", "proc"),
            mount("/tmp", "tmpfs"),
        ];
        let after = [
            mount("/", "overlay"),
            mount("/tmp", "tmpfs"),
            mount("/tmp", "ramfs"),
            mount("/etc", "tmpfs"),
        ];
        let change = |path: &str, before: Option<&str>, after: Option<&str>| MountChange {
            path: path.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        assert_eq!(
            changes(&before, &after),
            [
                change("/etc", None, Some("tmpfs")),
                change("/proc", Some("proc"), None),
                change("/tmp", Some("tmpfs"), Some("ramfs")),
            ]
        );
        assert_eq!(changes(&before, &before), []);
    }
}
