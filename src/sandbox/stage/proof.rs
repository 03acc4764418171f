//! The proof that a build cannot reach the machine: what the mount table says, and what the kernel
//! answers when the same is tried.

use std::fs;

use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};

use crate::sandbox::devices::DEVICES;
use crate::sandbox::idmap::UserNamespace;
use crate::sandbox::mount_table::Mount;
use crate::sandbox::mounts::failed;
use crate::sandbox::protocol::{Proof, StageFailure};

/// Settings of the machine that no build may write, whichever way `/proc` is mounted.
const SETTINGS: [&str; 3] = [
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/vm/page-cluster",
    "/proc/sysrq-trigger",
];

/// File systems that show the machine itself, and that a build could mount anew.
const KERNEL_FILE_SYSTEMS: [&str; 5] = ["sysfs", "cgroup2", "cgroup", "debugfs", "tracefs"];

/// File systems that process 1 has mounted itself, for the build to do with as it likes.
const OF_BUILD: [&str; 2] = ["proc", "binfmt_misc"];

/// Proves it, in the place of the build and before anything of the build runs.
///
/// # Errors
/// The machine can be reached.
pub(crate) fn prove(namespace: UserNamespace, mounts: &[Mount]) -> Result<Proof, StageFailure> {
    if let Some(mount) = mounts.iter().find(|mount| reaches_the_machine(mount)) {
        return Err(disproved(format!("`{}` is a writable mount", mount.target)));
    }
    let mut proof = Proof {
        mounts: mounts.len(),
        refused: 0,
        nested: 0,
    };
    for setting in SETTINGS {
        count(&mut proof, is_unwritable(setting)?);
    }
    match namespace {
        UserNamespace::Own => {
            for kind in KERNEL_FILE_SYSTEMS {
                count(&mut proof, is_not_mounted(kind)?);
            }
            count(&mut proof, is_no_way_through_another_proc()?);
            for mount in mounts
                .iter()
                .filter(|mount| !OF_BUILD.contains(&mount.kind.as_str()))
            {
                for refused in try_all(mount)? {
                    count(&mut proof, refused);
                }
                count(&mut proof, is_no_layer_to_write_to(mount)?);
            }
        }
        // Only what is refused by the filter holds there.
        UserNamespace::Callers => {}
    }
    Ok(proof)
}

/// What came of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tried {
    Refused,
    /// The kernel has no such thing.
    Absent,
}

fn count(proof: &mut Proof, tried: Tried) {
    match tried {
        Tried::Refused => proof.refused += 1,
        Tried::Absent => {}
    }
}

fn disproved(error: String) -> StageFailure {
    StageFailure {
        step: "prove that the machine is out of reach".to_owned(),
        error,
    }
}

/// Whether a build could write to the machine through this mount.
///
/// Copy-on-write, memory and kernel file systems are the sandbox's own; below `/tmp/` are the
/// outputs that a plan may ask for. A device is written to through a read-only mount, too.
fn reaches_the_machine(mount: &Mount) -> bool {
    let own = ["overlay", "tmpfs", "proc", "sysfs", "devpts", "binfmt_misc"];
    let is_device = mount
        .target
        .strip_prefix("/dev/")
        .is_some_and(|name| DEVICES.contains(&name));
    let is_safe = mount.is_read_only
        || own.contains(&mount.kind.as_str()) && !is_device
        || mount.target.starts_with("/sys/")
        || mount.target.starts_with("/tmp/");
    !is_safe
}

/// Tries what would undo a mount: the kernel must refuse all of it, and for this reason
/// (mount_namespaces(7): `EPERM` for a locked flag, `EINVAL` for a locked mount).
fn try_all(mount: &Mount) -> Result<Vec<Tried>, StageFailure> {
    let path = mount.target.as_str();
    let mut tried = vec![];
    if mount.is_read_only {
        let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND;
        let writable = remount(path, flags);
        tried.push(expect(
            mount,
            "can be remounted writable",
            writable,
            Errno::EPERM,
        )?);
    }
    let changed = remount(path, MsFlags::MS_REMOUNT);
    let what = "gives its file system other options";
    tried.push(expect(mount, what, changed, Errno::EPERM)?);
    if mount.target != "/" {
        let removed = umount2(path, MntFlags::empty());
        tried.push(expect(mount, "can be unmounted", removed, Errno::EINVAL)?);
        let moved = move_mount(path);
        tried.push(expect(mount, "can be moved", moved, Errno::EINVAL)?);
    }
    Ok(tried)
}

/// Tries an overlay of two directories of a read-only mount, one of them to be written to.
fn is_no_layer_to_write_to(layer: &Mount) -> Result<Tried, StageFailure> {
    let Some((upper, work)) = two_directories(layer) else {
        return Ok(Tried::Absent);
    };
    let target = &layer.target;
    let options = format!("lowerdir={target},upperdir={upper},workdir={work}");
    let place = "/proc";
    let flags = MsFlags::empty();
    match mount(
        Some("overlay"),
        place,
        Some("overlay"),
        flags,
        Some(options.as_str()),
    ) {
        Ok(()) => Err(disproved(format!(
            "`{target}` can be the upper layer of an overlay"
        ))),
        Err(Errno::ENODEV) => Ok(Tried::Absent),
        Err(_) => Ok(Tried::Refused),
    }
}

/// Two directories directly in a read-only mount, if it has as many, and the options of an overlay
/// can name them.
fn two_directories(mount: &Mount) -> Option<(String, String)> {
    let entries = fs::read_dir(&mount.target).ok()?.flatten();
    let directories = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let names = directories.filter_map(|entry| entry.path().into_os_string().into_string().ok());
    let is_plain = |name: &String| !name.contains([',', ':', '\\']);
    let mut names = names.filter(|name| mount.is_read_only && is_plain(name));
    Some((names.next()?, names.next()?))
}

fn remount(path: &str, flags: MsFlags) -> Result<(), Errno> {
    mount(None::<&str>, path, None::<&str>, flags, None::<&str>)
}

fn move_mount(path: &str) -> Result<(), Errno> {
    let flags = MsFlags::MS_MOVE;
    mount(Some(path), "/proc", None::<&str>, flags, None::<&str>)
}

fn expect(
    mount: &Mount,
    what: &str,
    answer: Result<(), Errno>,
    refusal: Errno,
) -> Result<Tried, StageFailure> {
    match answer {
        Err(error) if error == refusal => Ok(Tried::Refused),
        // A filter may refuse the call before the kernel looks at the mount.
        Err(Errno::EPERM) => Ok(Tried::Refused),
        Ok(()) => Err(disproved(format!("`{}` {what}", mount.target))),
        Err(error) => Err(disproved(format!(
            "`{}` may be one that {what}: {error}",
            mount.target
        ))),
    }
}

/// Opens a setting for writing, and writes nothing.
fn is_unwritable(setting: &str) -> Result<Tried, StageFailure> {
    match fs::OpenOptions::new().write(true).open(setting) {
        Ok(_) => Err(disproved(format!("`{setting}` is writable"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Tried::Absent),
        Err(_) => Ok(Tried::Refused),
    }
}

/// Tries to mount a kernel file system writable.
fn is_not_mounted(kind: &str) -> Result<Tried, StageFailure> {
    let place = "/proc";
    match mount(
        Some(kind),
        place,
        Some(kind),
        MsFlags::empty(),
        None::<&str>,
    ) {
        Ok(()) => Err(disproved(format!("a new {kind} can be mounted"))),
        Err(Errno::ENODEV) => Ok(Tried::Absent),
        Err(_) => Ok(Tried::Refused),
    }
}

/// Tries to mount another `/proc`, and to write a setting of the machine through it.
fn is_no_way_through_another_proc() -> Result<Tried, StageFailure> {
    let place = "/proc";
    if mount(
        Some("proc"),
        place,
        Some("proc"),
        MsFlags::empty(),
        None::<&str>,
    )
    .is_err()
    {
        return Ok(Tried::Refused);
    }
    let outcome = SETTINGS
        .into_iter()
        .try_for_each(|setting| is_unwritable(setting).map(drop));
    umount2(place, MntFlags::MNT_DETACH).map_err(failed("unmount another `/proc`"))?;
    outcome.map(|()| Tried::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::mount_table::of_line;

    fn reached(table: &str) -> Option<String> {
        let mut mounts = table.lines().filter_map(of_line);
        let mount = mounts.find(reaches_the_machine);
        mount.map(|mount| mount.target)
    }

    #[test]
    fn a_writable_mount_of_the_machine_is_found() {
        let fine = "30 1 0:40 / / rw,noatime - overlay overlay rw\n\
                    31 30 0:41 / /tmp rw,nosuid - tmpfs tmpfs rw\n\
                    32 31 254:0 /x /tmp/twinroot/out rw - ext4 /dev/vda rw\n\
                    33 30 254:0 /y /etc/hosts ro,relatime - ext4 /dev/vda rw\n\
                    34 30 0:5 /null /dev/null ro - devtmpfs devtmpfs rw\n";
        assert_eq!(reached(fine), None);
        let bad = format!("{fine}35 30 254:0 /z /srv rw,relatime - ext4 /dev/vda rw\n");
        assert_eq!(reached(&bad), Some("/srv".to_owned()));
        let device = format!("{fine}36 30 0:5 /full /dev/full rw - tmpfs tmpfs rw\n");
        assert_eq!(reached(&device), Some("/dev/full".to_owned()));
    }

    #[test]
    fn only_the_answer_of_a_lock_counts_as_a_refusal() {
        let mount = of_line("33 30 254:0 /y /srv ro,relatime - ext4 /dev/vda rw").unwrap();
        let answered = |answer| expect(&mount, "can be unmounted", answer, Errno::EINVAL);
        assert_eq!(answered(Err(Errno::EINVAL)), Ok(Tried::Refused));
        assert_eq!(answered(Err(Errno::EPERM)), Ok(Tried::Refused));
        for answer in [Ok(()), Err(Errno::EBUSY)] {
            assert!(answered(answer).is_err(), "{answer:?}");
        }
    }
}
