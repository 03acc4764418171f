//! A build under observation: which process of which maintainer script wrote which path.
//!
//! strace(1) of the outside runs the build and says every system call that starts a process
//! or changes a file; descriptors are given with their paths (`--decode-fds=path`), which are
//! those of the sandbox even for processes in a chroot. An observed build is a build of its
//! own: what is compared is never observed.

pub(crate) mod event;
pub(crate) mod syscall;
pub(crate) mod trace;
pub(crate) mod tracker;
pub(crate) mod value;

pub use crate::bootstrap::observe::observe;
pub use crate::trace::trace::Trace;
pub use crate::trace::tracker::{Process, Script, Tracer};

use crate::bootstrap::BuildError;
use crate::sandbox::plan::{Access, Bind};

/// The program that observes, to be found on the outside.
pub const PROGRAM: &str = "usr/bin/strace";

/// Where the sandbox finds the pipe that the observer writes to.
const PIPE: &str = "/tmp/twinroot/trace/pipe";

/// System calls that start processes or change files; `?` lets old versions not know one.
const CALLS: &str = "execve,?execveat,clone,?clone3,?fork,?vfork,chroot,chdir,fchdir,\
?open,openat,?openat2,?creat,?rename,renameat,?renameat2,?unlink,unlinkat,?rmdir,?mkdir,mkdirat,\
?mknod,mknodat,?symlink,symlinkat,?link,linkat,?chmod,fchmod,fchmodat,?fchmodat2,\
?chown,fchown,?lchown,fchownat,?utime,?utimes,?futimesat,utimensat,truncate,\
setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr";

/// Trouble for what needs an observer and an outside that has none.
#[must_use]
pub fn no_observer(what: &str) -> BuildError {
    BuildError::Recipe {
        what: what.to_owned(),
        why: "the outside has no strace, so writes that fail can't be seen".to_owned(),
        hint: Some("install strace there, or use --audit overlay".to_owned()),
    }
}

/// The command that runs another one and observes it.
#[must_use]
pub fn observed(command: Vec<String>) -> Vec<String> {
    let mut words = vec![
        "strace".to_owned(),
        "--follow-forks".to_owned(),
        "--seccomp-bpf".to_owned(),
        "--quiet=all".to_owned(),
        "--decode-fds=path".to_owned(),
        "--string-limit=4096".to_owned(),
        "--abbrev=!execve,execveat".to_owned(),
        "--signal=none".to_owned(),
        format!("--trace={CALLS}"),
        format!("--output={PIPE}"),
        "--".to_owned(),
    ];
    words.extend(command);
    words
}

/// Where the sandbox sees the directory of the pipe.
#[must_use]
pub fn bind(directory: &std::path::Path) -> Bind {
    Bind {
        source: directory.to_owned(),
        target: std::path::Path::new(PIPE)
            .parent()
            .unwrap_or(std::path::Path::new("/tmp"))
            .to_owned(),
        access: Access::Writable,
    }
}
