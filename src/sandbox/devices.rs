//! The `/dev` of a sandbox.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use nix::mount::MsFlags;

use crate::sandbox::mounts::{MountPoint, bind, failed, make_mount_point, mount_kind};
use crate::sandbox::places::mount_directory;
use crate::sandbox::plan::Access;
use crate::sandbox::protocol::StageFailure;

/// Device nodes of the machine that a build sees, and no others.
pub(crate) const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// A minimal `/dev`: six device nodes, a pseudo-terminal file system, shared memory, in a tmpfs that
/// is mounted already.
///
/// Mode 755: with a sticky world-writable directory the kernel refuses to open
/// device nodes of another owner (`fs.protected_regular`).
pub(crate) fn mount_dev(tmpfs: &Path, dev: &Path) -> Result<(), StageFailure> {
    mount_directory(&tmpfs.join("dev"), dev, 0o755)?;
    for name in DEVICES {
        let target = dev.join(name);
        make_mount_point(&target, MountPoint::File)?;
        // A device can be written to all the same, but gets no other mode, owner or time.
        bind(&Path::new("/dev").join(name), &target, Access::ReadOnly)?;
    }
    for (name, target) in [
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
        ("ptmx", "pts/ptmx"),
    ] {
        symlink(target, dev.join(name)).map_err(failed(format!("make `/dev/{name}`")))?;
    }
    for name in ["pts", "shm"] {
        fs::create_dir(dev.join(name)).map_err(failed(format!("make `/dev/{name}`")))?;
    }
    mount_directory(&tmpfs.join("shm"), &dev.join("shm"), 0o1777)?;
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
    mount_kind(
        "devpts",
        &dev.join("pts"),
        flags,
        "newinstance,ptmxmode=0666,mode=0620,gid=5",
    )
}
