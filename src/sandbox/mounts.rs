//! The mount calls that both stages make, each naming its step when the kernel refuses.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::{fs, io};

use nix::mount::{MsFlags, mount};
use nix::sys::statvfs::{FsFlags, statvfs};

use crate::sandbox::plan::{Access, Node};
use crate::sandbox::protocol::StageFailure;

/// Names the step that an error came from.
pub(crate) fn failed<E: std::fmt::Display>(
    step: impl Into<String>,
) -> impl FnOnce(E) -> StageFailure {
    let step = step.into();
    move |error| StageFailure {
        step,
        error: error.to_string(),
    }
}

/// Joins a sandbox's absolute path to the place where its root is being built.
pub(crate) fn below(root: &Path, target: &Path) -> PathBuf {
    root.join(target.strip_prefix("/").unwrap_or(target))
}

/// `mount -t KIND -o OPTIONS KIND TARGET`.
pub(crate) fn mount_kind(
    kind: &str,
    target: &Path,
    flags: MsFlags,
    options: &str,
) -> Result<(), StageFailure> {
    mount(Some(kind), target, Some(kind), flags, Some(options)).map_err(failed(format!(
        "mount {kind} on `{}`",
        target.to_string_lossy()
    )))
}

/// Mounts a tmpfs with these permission bits and further options; `noatime`, so that an access time
/// changes only if a program sets it.
pub(crate) fn mount_tmpfs(target: &Path, mode: u32, options: &str) -> Result<(), StageFailure> {
    mount_kind(
        "tmpfs",
        target,
        MsFlags::MS_NOSUID | MsFlags::MS_NOATIME,
        &format!("mode={mode:o},{options}"),
    )
}

/// Binds one file or tree.
///
/// A read-only bind is a bind and a remount: mount(2) ignores the flag at first.
pub(crate) fn bind(source: &Path, target: &Path, access: Access) -> Result<(), StageFailure> {
    let step = || format!("bind `{}`", target.to_string_lossy());
    mount(
        Some(source),
        target,
        None::<&str>,
        MsFlags::MS_BIND,
        None::<&str>,
    )
    .map_err(failed(step()))?;
    match access {
        Access::Writable => Ok(()),
        Access::ReadOnly => make_read_only(target),
    }
}

/// Makes a mount read-only. The remount repeats the flags that the mount has, for the kernel locks
/// them in a user namespace.
pub(crate) fn make_read_only(target: &Path) -> Result<(), StageFailure> {
    let step = || format!("make the mount on `{}` read-only", target.to_string_lossy());
    let flags = statvfs(target).map_err(failed(step()))?.flags();
    let mut kept = MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
    for (has, keep) in [
        (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ] {
        if flags.contains(has) {
            kept |= keep;
        }
    }
    mount(None::<&str>, target, None::<&str>, kept, None::<&str>).map_err(failed(step()))
}

/// What something can be mounted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MountPoint {
    /// A directory, for a directory.
    Directory,
    /// An empty file, for anything else.
    File,
}

/// Makes a mount point and the directories that lead to it.
pub(crate) fn make_mount_point(target: &Path, kind: MountPoint) -> Result<(), StageFailure> {
    let step = || format!("make `{}`", target.to_string_lossy());
    if kind == MountPoint::Directory {
        return fs::create_dir_all(target).map_err(failed(step()));
    }
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).map_err(failed(step()))?;
    }
    match fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(target)
    {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(failed(step())(error)),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Makes the root's own directories and links.
pub(crate) fn make_nodes(root: &Path, nodes: &[Node]) -> Result<(), StageFailure> {
    for node in nodes {
        match node {
            Node::Directory { path, mode } => {
                let path = below(root, path);
                let step = || format!("make `{}`", path.to_string_lossy());
                fs::create_dir_all(&path).map_err(failed(step()))?;
                fs::set_permissions(&path, Permissions::from_mode(*mode))
                    .map_err(failed(step()))?;
            }
            Node::File { path } => make_mount_point(&below(root, path), MountPoint::File)?,
            Node::Symlink { path, target } => {
                let path = below(root, path);
                symlink(target, &path)
                    .map_err(failed(format!("make `{}`", path.to_string_lossy())))?;
            }
        }
    }
    Ok(())
}
