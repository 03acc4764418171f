//! The system calls that a build does not get, as data with a reason each.
//!
//! The kernel's namespaces keep a build from the machine already, and refuse most of these calls to
//! it. A filter is a second wall: it also holds where a namespace has a fault.

use nix::libc::{EAFNOSUPPORT, ENOSYS, EPERM};

use crate::sandbox::seccomp::machine::{CallNumbers, NONE, Numbers};

/// A call that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RefusedCall {
    /// Its name in syscalls(2).
    pub(crate) name: &'static str,
    numbers: CallNumbers,
    /// Which calls of the name.
    pub(crate) when: When,
    /// What it fails with.
    pub(crate) error: i32,
    /// Why no maintainer script needs it.
    pub(crate) reason: &'static str,
}

/// Which calls of a name fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// All.
    Always,
    /// Those whose first argument is this.
    FirstIs(u32),
    /// Those whose first argument has one of these bits.
    FirstHasAny(u32),
}

/// What a process of an observed build tells its observer where it makes a call that is refused,
/// with the call's position in [`REFUSED`]: the observer has it fail.
pub(crate) const TOLD: u16 = 0x2000;

impl RefusedCall {
    /// Whether an observer is told of it, and has it fail. Programs probe for calls that their
    /// kernel may not have, so that such a call is no news; and of a call that fails with some
    /// arguments only, another filter may stop at the others.
    pub(crate) fn is_told(&self) -> bool {
        self.error == EPERM && self.when == When::Always && cfg!(target_arch = "x86_64")
    }

    /// Its number; `None` if the table has no such call.
    pub(crate) fn number(&self, numbers: Numbers) -> Option<u16> {
        self.numbers.of(numbers)
    }
}

const fn refused(name: &'static str, numbers: [u16; 3], reason: &'static str) -> RefusedCall {
    RefusedCall {
        name,
        numbers: CallNumbers(numbers),
        when: When::Always,
        error: EPERM,
        reason,
    }
}

/// A call that fails as on a kernel that does not have it: programs then do without.
const fn absent(name: &'static str, numbers: [u16; 3], reason: &'static str) -> RefusedCall {
    RefusedCall {
        error: ENOSYS,
        ..refused(name, numbers, reason)
    }
}

const RING: &str = "A ring makes calls that neither a filter nor an observer sees.";
const KEY: &str = "The keyrings are those of whoever started twinroot.";
const MODULE: &str = "A module is a part of the machine's kernel.";
const KEXEC: &str = "It starts another kernel.";
const SWAP: &str = "Swap space is the machine's.";
const QUOTA: &str = "Quotas are the machine's.";
const CLOCK: &str = "The clock is the machine's.";
const PORTS: &str = "Ports reach devices.";
const EVENTS: &str = "It shows, and can hold up, what is done on the machine's file systems.";

/// linux/sched.h: `CLONE_NEWCGROUP`.
const NEW_CGROUP: u32 = 0x0200_0000;
/// linux/sched.h: `CLONE_NEWTIME`; in clone(2) the bit is part of a signal's number.
const NEW_TIME: u32 = 0x80;
/// linux/socket.h.
const AF_VSOCK: u32 = 40;

const CGROUP: &str = "It leads to a control group file system, and so to the machine's groups.";

/// Every call that is refused; the numbers are those of Linux's tables x86_64, i386, generic.
pub(crate) const REFUSED: &[RefusedCall] = &[
    refused(
        "reboot",
        [169, 88, 142],
        "It would end process 1 of the sandbox.",
    ),
    refused("kexec_load", [246, 283, 104], KEXEC),
    refused("kexec_file_load", [320, NONE, 294], KEXEC),
    refused("init_module", [175, 128, 105], MODULE),
    refused("finit_module", [313, 350, 273], MODULE),
    refused("delete_module", [176, 129, 106], MODULE),
    refused(
        "bpf",
        [321, 357, 280],
        "It loads programs into the machine's kernel.",
    ),
    refused(
        "perf_event_open",
        [298, 336, 241],
        "It measures the machine, and has had many faults.",
    ),
    refused(
        "userfaultfd",
        [323, 374, 282],
        "It stops the kernel in the middle of a call, which helps to use its faults.",
    ),
    absent("io_uring_setup", [425, 425, 425], RING),
    absent("io_uring_enter", [426, 426, 426], RING),
    absent("io_uring_register", [427, 427, 427], RING),
    refused(
        "pidfd_getfd",
        [438, 438, 438],
        "It takes descriptors out of other processes.",
    ),
    refused("add_key", [248, 286, 217], KEY),
    refused("request_key", [249, 287, 218], KEY),
    refused("keyctl", [250, 288, 219], KEY),
    refused("fanotify_init", [300, 338, 262], EVENTS),
    refused("fanotify_mark", [301, 339, 263], EVENTS),
    refused(
        "open_by_handle_at",
        [304, 342, 265],
        "It opens files that no path of the sandbox leads to.",
    ),
    refused("swapon", [167, 87, 224], SWAP),
    refused("swapoff", [168, 115, 225], SWAP),
    refused(
        "acct",
        [163, 51, 89],
        "Process accounting is the machine's.",
    ),
    refused("quotactl", [179, 131, 60], QUOTA),
    refused("quotactl_fd", [443, 443, 443], QUOTA),
    refused("settimeofday", [164, 79, 170], CLOCK),
    refused("clock_settime", [227, 264, 112], CLOCK),
    refused("clock_settime64", [NONE, 404, NONE], CLOCK),
    refused("iopl", [172, 110, NONE], PORTS),
    refused("ioperm", [173, 101, NONE], PORTS),
    RefusedCall {
        when: When::FirstIs(1),
        ..refused(
            "prlimit64",
            [302, 340, 261],
            "Process 1 needs its limits to say what the build did.",
        )
    },
    RefusedCall {
        when: When::FirstHasAny(NEW_CGROUP | NEW_TIME),
        ..refused("unshare", [272, 310, 97], CGROUP)
    },
    RefusedCall {
        when: When::FirstHasAny(NEW_CGROUP),
        ..refused("clone", [56, 120, 220], CGROUP)
    },
    absent(
        "clone3",
        [435, 435, 435],
        "Its flags are in memory, where no filter reads them: programs use clone instead.",
    ),
    RefusedCall {
        when: When::FirstIs(AF_VSOCK),
        error: EAFNOSUPPORT,
        ..refused(
            "socket",
            [41, 359, 198],
            "Addresses of virtual machines have no namespace: the socket would be the machine's.",
        )
    },
];
