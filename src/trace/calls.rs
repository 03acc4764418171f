//! The system calls that an observer looks at, as data.
//!
//! A row has the call's name, its numbers and where it keeps its paths. Numbers are those of
//! Linux's own tables: x86_64, i386, and the generic one of aarch64 and riscv64. Arguments are
//! counted from 0.

use nix::libc;

use crate::sandbox::seccomp::machine::{CallNumbers, NONE, Numbers};

/// A system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Call {
    /// Its name in syscalls(2).
    pub(crate) name: &'static str,
    numbers: CallNumbers,
    /// What it does.
    pub(crate) kind: CallKind,
    /// The lowest level at which a process stops at it, whatever its arguments are.
    pub(crate) level: Level,
}

/// What a process stops at; each level has what the one before it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// What tells which program runs, and where its paths start.
    Programs,
    /// What makes, renames or removes a name, opens a file for writing, or sets the owner or the
    /// permissions at a path.
    Changes,
    /// What opens a file for reading, sets times, or changes an open file. What unpacks an archive
    /// does the latter two for each file that it has just made, and removes a directory that is not
    /// there.
    Everything,
    /// What asks what a path is: no filter, but what a maintainer script itself is stopped at.
    Looks,
}

/// What a call does, and in which argument it has what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallKind {
    /// Executes a file; then come the arguments and the environment.
    Execute { program: PathAt, argv: usize },
    /// Opens a file, with these flags.
    Open { path: PathAt, flags: usize },
    /// Opens a file, with flags at this address: `struct open_how`, openat2(2).
    OpenHow { path: PathAt, how: usize },
    /// Opens a file and creates it.
    Create(PathAt),
    /// Makes a directory, a device, a socket or a pipe.
    Make(PathAt),
    /// Makes a symbolic link.
    Symlink(PathAt),
    /// Gives a socket an address, which is a path if it is one of the machine itself: `struct
    /// sockaddr_un` in this argument, and its length in the next one, unix(7).
    Bind(usize),
    /// Gives a file a further name.
    Link { from: PathAt, to: PathAt },
    /// Renames.
    Rename { from: PathAt, to: PathAt },
    /// Removes a name.
    Remove(PathAt),
    /// Sets permissions.
    Mode { object: Object, mode: usize },
    /// Sets the owner, and the group in the argument after it.
    Owner { object: Object, owner: usize },
    /// Sets times.
    Times(Object),
    /// Cuts or extends a file.
    Resize(Object),
    /// Sets or removes an extended attribute.
    Attribute(Object),
    /// Mounts or unmounts something here.
    Mount(PathAt),
    /// Gives the process another root, or another view of the mounts.
    ChangeRoot,
    /// Asks what a path is.
    Look(PathAt),
    /// Would let a process do things that no observer sees: fails as if the kernel had no such
    /// call.
    Refuse,
}

/// A path in the arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PathAt {
    /// The argument that is the directory's descriptor; `None` for the working directory.
    pub(crate) directory: Option<usize>,
    /// The argument that is the path's address.
    pub(crate) path: usize,
    /// Whether a symbolic link at its end is followed.
    pub(crate) follow: Follow,
}

/// Whether a symbolic link at the end of a path is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    /// Always.
    Always,
    /// Never.
    Never,
    /// Unless this argument has `AT_SYMLINK_NOFOLLOW`.
    Unless(usize),
    /// If this argument has `AT_SYMLINK_FOLLOW`.
    If(usize),
}

/// What a call changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Object {
    /// What is at a path.
    Path(PathAt),
    /// An open file: the argument with its descriptor.
    Descriptor(usize),
}

impl Call {
    /// The argument whose flags tell whether it may change something; `None` if none does.
    pub(crate) const fn flags(&self) -> Option<usize> {
        match self.kind {
            Open { flags, .. } => Some(flags),
            _ => None,
        }
    }

    /// Its number; `None` if the table has no such call.
    pub(crate) fn number(&self, numbers: Numbers) -> Option<u16> {
        self.numbers.of(numbers)
    }
}

/// A path from the working directory.
const fn path(path: usize, follow: Follow) -> PathAt {
    PathAt {
        directory: None,
        path,
        follow,
    }
}

/// A path after the descriptor of its directory.
const fn at(directory: usize, follow: Follow) -> PathAt {
    PathAt {
        directory: Some(directory),
        path: directory + 1,
        follow,
    }
}

/// A call; its numbers in the order of [`Numbers`].
const fn call(name: &'static str, numbers: [u16; 3], kind: CallKind) -> Call {
    Call {
        name,
        numbers: CallNumbers(numbers),
        kind,
        level: match kind {
            Execute { .. } | ChangeRoot | Refuse => Level::Programs,
            Open { .. }
            | Times(_)
            | Resize(Descriptor(_))
            | Attribute(Descriptor(_))
            | Mode {
                object: Descriptor(_),
                ..
            }
            | Owner {
                object: Descriptor(_),
                ..
            } => Level::Everything,
            _ => Level::Changes,
        },
    }
}

const fn look(name: &'static str, numbers: [u16; 3], path: PathAt) -> Call {
    Call {
        level: Level::Looks,
        ..call(name, numbers, Look(path))
    }
}

use CallKind::{
    Attribute, Bind, ChangeRoot, Create, Execute, Link, Look, Make, Mode, Mount, Open, OpenHow,
    Owner, Refuse, Remove, Rename, Resize, Symlink, Times,
};
use Follow::{Always, If, Never, Unless};
use Object::{Descriptor, Path};

const fn execute(program: PathAt, argv: usize) -> CallKind {
    Execute { program, argv }
}

const fn open(path: PathAt, flags: usize) -> CallKind {
    Open { path, flags }
}

const fn link(from: PathAt, to: PathAt) -> CallKind {
    Link { from, to }
}

const fn rename(from: PathAt, to: PathAt) -> CallKind {
    Rename { from, to }
}

const fn mode(object: Object, mode: usize) -> CallKind {
    Mode { object, mode }
}

const fn owner(object: Object, owner: usize) -> CallKind {
    Owner { object, owner }
}

/// Every call that is looked at. The position of a row is what the filter tells the observer.
pub(crate) const CALLS: &[Call] = &[
    call("openat", [257, 295, 56], open(at(0, Always), 2)),
    call("open", [2, 5, NONE], open(path(0, Always), 1)),
    call(
        "openat2",
        [437, 437, 437],
        OpenHow {
            path: at(0, Always),
            how: 2,
        },
    ),
    call("creat", [85, 8, NONE], Create(path(0, Always))),
    call("execve", [59, 11, 221], execute(path(0, Always), 1)),
    call("execveat", [322, 358, 281], execute(at(0, Unless(4)), 2)),
    call("mkdir", [83, 39, NONE], Make(path(0, Never))),
    call("mkdirat", [258, 296, 34], Make(at(0, Never))),
    call("mknod", [133, 14, NONE], Make(path(0, Never))),
    call("mknodat", [259, 297, 33], Make(at(0, Never))),
    call("symlink", [88, 83, NONE], Symlink(path(1, Never))),
    call("symlinkat", [266, 304, 36], Symlink(at(1, Never))),
    call("bind", [49, 361, 200], Bind(1)),
    call("link", [86, 9, NONE], link(path(0, Never), path(1, Never))),
    call("linkat", [265, 303, 37], link(at(0, If(4)), at(2, Never))),
    call(
        "rename",
        [82, 38, NONE],
        rename(path(0, Never), path(1, Never)),
    ),
    call(
        "renameat",
        [264, 302, 38],
        rename(at(0, Never), at(2, Never)),
    ),
    call(
        "renameat2",
        [316, 353, 276],
        rename(at(0, Never), at(2, Never)),
    ),
    call("unlink", [87, 10, NONE], Remove(path(0, Never))),
    call("unlinkat", [263, 301, 35], Remove(at(0, Never))),
    Call {
        level: Level::Everything,
        ..call("rmdir", [84, 40, NONE], Remove(path(0, Never)))
    },
    call("chmod", [90, 15, NONE], mode(Path(path(0, Always)), 1)),
    call("fchmod", [91, 94, 52], mode(Descriptor(0), 1)),
    call("fchmodat", [268, 306, 53], mode(Path(at(0, Always)), 2)),
    call(
        "fchmodat2",
        [452, 452, 452],
        mode(Path(at(0, Unless(3))), 2),
    ),
    call("chown", [92, 182, NONE], owner(Path(path(0, Always)), 1)),
    call(
        "chown32",
        [NONE, 212, NONE],
        owner(Path(path(0, Always)), 1),
    ),
    call("fchown", [93, 95, 55], owner(Descriptor(0), 1)),
    call("fchown32", [NONE, 207, NONE], owner(Descriptor(0), 1)),
    call("lchown", [94, 16, NONE], owner(Path(path(0, Never)), 1)),
    call(
        "lchown32",
        [NONE, 198, NONE],
        owner(Path(path(0, Never)), 1),
    ),
    call("fchownat", [260, 298, 54], owner(Path(at(0, Unless(4))), 2)),
    call("utime", [132, 30, NONE], Times(Path(path(0, Always)))),
    call("utimes", [235, 271, NONE], Times(Path(path(0, Always)))),
    call("futimesat", [261, 299, NONE], Times(Path(at(0, Always)))),
    call("utimensat", [280, 320, 88], Times(Path(at(0, Unless(3))))),
    call(
        "utimensat_time64",
        [NONE, 412, NONE],
        Times(Path(at(0, Unless(3)))),
    ),
    call("truncate", [76, 92, 45], Resize(Path(path(0, Always)))),
    call(
        "truncate64",
        [NONE, 193, NONE],
        Resize(Path(path(0, Always))),
    ),
    call("ftruncate", [77, 93, 46], Resize(Descriptor(0))),
    call("ftruncate64", [NONE, 194, NONE], Resize(Descriptor(0))),
    call("fallocate", [285, 324, 47], Resize(Descriptor(0))),
    call("setxattr", [188, 226, 5], Attribute(Path(path(0, Always)))),
    call("lsetxattr", [189, 227, 6], Attribute(Path(path(0, Never)))),
    call("fsetxattr", [190, 228, 7], Attribute(Descriptor(0))),
    call(
        "removexattr",
        [197, 235, 14],
        Attribute(Path(path(0, Always))),
    ),
    call(
        "lremovexattr",
        [198, 236, 15],
        Attribute(Path(path(0, Never))),
    ),
    call("fremovexattr", [199, 237, 16], Attribute(Descriptor(0))),
    call(
        "setxattrat",
        [463, 463, 463],
        Attribute(Path(at(0, Unless(2)))),
    ),
    call(
        "removexattrat",
        [466, 466, 466],
        Attribute(Path(at(0, Unless(2)))),
    ),
    call("mount", [165, 21, 40], Mount(path(1, Always))),
    call("umount", [NONE, 22, NONE], Mount(path(0, Always))),
    call("umount2", [166, 52, 39], Mount(path(0, Always))),
    call("move_mount", [429, 429, 429], Mount(at(2, Always))),
    call("chroot", [161, 61, 51], ChangeRoot),
    call("pivot_root", [155, 217, 41], ChangeRoot),
    call("setns", [308, 346, 268], ChangeRoot),
    call("unshare", [272, 310, 97], ChangeRoot),
    call("io_uring_setup", [425, 425, 425], Refuse),
    look("stat", [4, 106, NONE], path(0, Always)),
    look("lstat", [6, 107, NONE], path(0, Never)),
    look("stat64", [NONE, 195, NONE], path(0, Always)),
    look("lstat64", [NONE, 196, NONE], path(0, Never)),
    look("newfstatat", [262, 300, 79], at(0, Unless(3))),
    look("statx", [332, 383, 291], at(0, Unless(2))),
    look("access", [21, 33, NONE], path(0, Always)),
    look("faccessat", [269, 307, 48], at(0, Always)),
    look("faccessat2", [439, 439, 439], at(0, Unless(3))),
    look("readlink", [89, 85, NONE], path(0, Never)),
    look("readlinkat", [267, 305, 78], at(0, Never)),
];

/// Flags of open(2) with which a file may be changed.
pub(crate) const WRITING: i32 = libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC;

/// Whether a file that is opened with these flags may be changed: it is opened for writing, made
/// or emptied. `O_PATH` opens nothing at all (open(2)).
pub(crate) fn is_writing(flags: i32) -> bool {
    flags & WRITING != 0 && flags & libc::O_PATH == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_this_machine() {
        let numbers = if cfg!(target_arch = "x86_64") {
            Numbers::X86_64
        } else {
            Numbers::Generic
        };
        let of = |name: &str| {
            let call = CALLS.iter().find(|call| call.name == name).unwrap();
            i64::from(call.number(numbers).unwrap())
        };
        assert_eq!(
            [
                "openat",
                "execve",
                "renameat2",
                "fchownat",
                "utimensat",
                "setns",
                "faccessat2"
            ]
            .map(of),
            [
                libc::SYS_openat,
                libc::SYS_execve,
                libc::SYS_renameat2,
                libc::SYS_fchownat,
                libc::SYS_utimensat,
                libc::SYS_setns,
                libc::SYS_faccessat2,
            ]
        );
    }

    #[test]
    fn no_two_calls_have_one_number() {
        for numbers in [Numbers::X86_64, Numbers::I386, Numbers::Generic] {
            let mut all: Vec<_> = CALLS
                .iter()
                .filter_map(|call| call.number(numbers))
                .collect();
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count, "{numbers:?}");
        }
    }

    #[test]
    fn what_only_names_a_file_writes_nothing() {
        assert!(is_writing(libc::O_WRONLY));
        assert!(is_writing(libc::O_CREAT));
        assert!(!is_writing(
            libc::O_RDONLY | libc::O_CLOEXEC | libc::O_DIRECTORY
        ));
        assert!(!is_writing(libc::O_PATH | libc::O_RDWR));
    }
}
