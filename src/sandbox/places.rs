//! Where a sandbox keeps what it writes, as its monitor sees it.
//!
//! All memory that a sandbox takes for files is one tmpfs, so that one size limits it: its
//! directories are mounted where the sandbox sees them. On disk, each is the upper directory of an
//! overlay over nothing: that has the properties of a tmpfs, whatever the file system is mounted
//! with. An access time changes only if a program sets it, and nobody waits for the disk (`volatile`,
//! Linux's `overlayfs.rst`): what is there does not outlive the sandbox.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::mount::{MsFlags, mount};

use crate::sandbox::mounts::{bind, failed, mount_tmpfs};
use crate::sandbox::plan::Access;
use crate::sandbox::protocol::StageFailure;
use crate::sandbox::room::Room;

/// The places of one sandbox.
#[derive(Debug)]
pub(crate) struct Places {
    /// Everything that the monitor mounts; devices and shared memory.
    pub(crate) workspace: PathBuf,
    /// Upper directories, copies and `/tmp`: below the workspace, too, and maybe on disk.
    pub(crate) files: PathBuf,
    medium: Medium,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Medium {
    Memory,
    Disk,
}

/// The directories of one overlay.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OverlayDirectories<'a> {
    pub(crate) lower: &'a Path,
    pub(crate) upper: &'a Path,
    pub(crate) work: &'a Path,
}

impl Places {
    /// Mounts them. `disk` is a path by which this process reaches the directory of a room on disk.
    pub(crate) fn make(
        workspace: &Path,
        room: &Room,
        disk: Option<&Path>,
    ) -> Result<Self, StageFailure> {
        mount_tmpfs(workspace, 0o755, &room.tmpfs_options())?;
        let files = workspace.join("files");
        fs::create_dir(&files).map_err(failed("make the place for files"))?;
        let medium = match disk {
            None => Medium::Memory,
            Some(disk) => {
                bind(disk, &files, Access::Writable)?;
                Medium::Disk
            }
        };
        Ok(Self {
            workspace: workspace.to_owned(),
            files,
            medium,
        })
    }

    /// Makes an empty directory with these permission bits, and mounts it.
    pub(crate) fn mount_own(
        &self,
        name: &str,
        target: &Path,
        mode: u32,
    ) -> Result<(), StageFailure> {
        let own = self.files.join(name);
        match self.medium {
            Medium::Memory => mount_directory(&own, target, mode),
            Medium::Disk => {
                let [lower, upper, work] = ["lower", "upper", "work"].map(|part| own.join(part));
                fs::create_dir(&own).map_err(failed(format!("make `{name}`")))?;
                for part in [&lower, &upper, &work] {
                    make_directory(part, mode)?;
                }
                let directories = OverlayDirectories {
                    lower: &lower,
                    upper: &upper,
                    work: &work,
                };
                self.mount_overlay(directories, target, MsFlags::MS_NOSUID)
            }
        }
    }

    /// Mounts an overlay whose upper directory is among the files.
    pub(crate) fn mount_overlay(
        &self,
        directories: OverlayDirectories<'_>,
        target: &Path,
        flags: MsFlags,
    ) -> Result<(), StageFailure> {
        let OverlayDirectories { lower, upper, work } = directories;
        let options = format!(
            "lowerdir={},upperdir={},workdir={},userxattr",
            lower.to_string_lossy(),
            upper.to_string_lossy(),
            work.to_string_lossy()
        );
        let mounted = |options: &str| {
            let (kind, flags) = (Some("overlay"), flags | MsFlags::MS_NOATIME);
            mount(kind, target, kind, flags, Some(options))
        };
        let done = match self.medium {
            Medium::Memory => mounted(&options),
            // Linux before 5.10 does not know it.
            Medium::Disk => match mounted(&format!("{options},volatile")) {
                Err(Errno::EINVAL) => mounted(&options),
                other => other,
            },
        };
        done.map_err(failed(format!(
            "mount overlay on `{}`",
            target.to_string_lossy()
        )))
    }
}

/// Makes a directory with these permission bits, and mounts it.
pub(crate) fn mount_directory(source: &Path, target: &Path, mode: u32) -> Result<(), StageFailure> {
    make_directory(source, mode)?;
    bind(source, target, Access::Writable)
}

fn make_directory(path: &Path, mode: u32) -> Result<(), StageFailure> {
    let step = || format!("make `{}`", path.to_string_lossy());
    fs::create_dir(path).map_err(failed(step()))?;
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(failed(step()))
}
