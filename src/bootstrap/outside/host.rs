//! The machine's own file tree as the tree of a sandbox, every part of it behind a
//! copy-on-write layer.
//!
//! One overlay over `/` is not possible in a user namespace: the mounts below `/` are
//! locked to it (mount_namespaces(7)). So the sandbox gets a new root, and each directory
//! that has no mount below it becomes a layer of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::bootstrap::error::{Error, at};
use crate::sandbox::mount_table::{Mount, of_line};
use crate::sandbox::plan::{Access, Bind, Layer, Node};

/// Directories that a sandbox has of its own.
const OWN: [(&str, u32); 5] = [
    ("/dev", 0o755),
    ("/proc", 0o555),
    ("/run", 0o755),
    ("/sys", 0o555),
    ("/tmp", 0o1777),
];

/// Directories that a sandbox has of its own, by their paths.
pub const OWN_DIRECTORIES: [&str; 5] = ["/dev", "/proc", "/run", "/sys", "/tmp"];

/// File systems that hold no files of users.
const PSEUDO: [&str; 20] = [
    "autofs",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "fuse.gvfsd-fuse",
    "fuse.portal",
    "fusectl",
    "hugetlbfs",
    "mqueue",
    "nsfs",
    "proc",
    "pstore",
    "sysfs",
    "tracefs",
];

/// The parts of a plan that show the machine's tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostView {
    /// The root's own directories and links.
    pub nodes: Vec<Node>,
    /// The copy-on-write layers.
    pub layers: Vec<Layer>,
    /// Files beside mount points, read-only.
    pub binds: Vec<Bind>,
}

/// Looks at the machine.
///
/// # Errors
/// `/` or the mount table cannot be read.
pub fn host_view() -> Result<HostView, Error> {
    let table = "/proc/self/mountinfo";
    let mountinfo = fs::read_to_string(table).map_err(at(table, "read"))?;
    let mut view = HostView::default();
    cover_children(Path::new("/"), &mounts(&mountinfo), &mut view)?;
    Ok(view)
}

/// The mounts of `/proc/self/mountinfo`.
fn mounts(mountinfo: &str) -> Vec<Mount> {
    mountinfo.lines().filter_map(of_line).collect()
}

fn cover_children(directory: &Path, mounts: &[Mount], view: &mut HostView) -> Result<(), Error> {
    let entries = fs::read_dir(directory).map_err(at(directory, "read"))?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    for path in paths {
        cover(path, mounts, view)?;
    }
    Ok(())
}

fn cover(path: PathBuf, mounts: &[Mount], view: &mut HostView) -> Result<(), Error> {
    if let Some((_, mode)) = OWN.iter().find(|(own, _)| Path::new(own) == path) {
        view.nodes.push(Node::Directory { path, mode: *mode });
        return Ok(());
    }
    // Whatever vanishes while we look is not part of the tree.
    let Ok(metadata) = fs::symlink_metadata(&path) else {
        return Ok(());
    };
    if metadata.is_symlink() {
        if let Ok(target) = fs::read_link(&path) {
            view.nodes.push(Node::Symlink { path, target });
        }
        return Ok(());
    }
    if metadata.is_file() {
        view.nodes.push(Node::File { path: path.clone() });
        view.binds.push(Bind {
            source: path.clone(),
            target: path,
            access: Access::ReadOnly,
        });
        return Ok(());
    }
    if !metadata.is_dir() {
        return Ok(());
    }
    let mode = metadata.permissions().mode() & 0o7777;
    view.nodes.push(Node::Directory {
        path: path.clone(),
        mode,
    });
    let is_pseudo = mounts
        .iter()
        .any(|mount| Path::new(&mount.target) == path && PSEUDO.contains(&mount.kind.as_str()));
    if is_pseudo {
        return Ok(());
    }
    if mounts
        .iter()
        .map(|mount| Path::new(&mount.target))
        .any(|target| target != path && target.starts_with(&path))
    {
        return cover_children(&path, mounts, view);
    }
    view.layers.push(Layer {
        lower: path.clone(),
        target: path,
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_point_with_a_blank_is_read() {
        let line = "36 35 98:0 / /mnt/a\\040b rw,noatime master:1 - ext3 /dev/root rw\n";
        assert_eq!(
            mounts(line),
            [Mount {
                target: "/mnt/a b".to_owned(),
                kind: "ext3".to_owned(),
                is_read_only: false,
            }]
        );
    }

    #[test]
    fn a_directory_with_a_mount_below_is_made_and_its_parts_are_layers() {
        let directory = tempfile::tempdir().unwrap();
        let top = directory.path().canonicalize().unwrap().join("srv");
        fs::create_dir_all(top.join("plain")).unwrap();
        fs::create_dir_all(top.join("mounted")).unwrap();
        fs::write(top.join("file"), "").unwrap();
        let mut view = HostView::default();
        let table = [Mount {
            target: top.join("mounted").to_string_lossy().into_owned(),
            kind: "sysfs".to_owned(),
            is_read_only: false,
        }];
        cover(top.clone(), &table, &mut view).unwrap();
        let mode = fs::metadata(&top).unwrap().permissions().mode() & 0o7777;
        let node = |path: PathBuf| Node::Directory { path, mode };
        assert_eq!(
            view,
            HostView {
                nodes: vec![
                    node(top.clone()),
                    Node::File {
                        path: top.join("file")
                    },
                    node(top.join("mounted")),
                    node(top.join("plain")),
                ],
                layers: vec![Layer {
                    lower: top.join("plain"),
                    target: top.join("plain")
                }],
                binds: vec![Bind {
                    source: top.join("file"),
                    target: top.join("file"),
                    access: Access::ReadOnly
                }],
            }
        );
    }
}
