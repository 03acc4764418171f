//! A build under observation: which process of which maintainer script wrote which path.
//!
//! strace(1) of the outside runs the build and says every system call that starts a process
//! or changes a file; descriptors are given with their paths (`--decode-fds=path`), which are
//! those of the sandbox even for processes in a chroot. An observed build is a build of its
//! own: what is compared is never observed.

pub(crate) mod event;
pub(crate) mod process;
pub(crate) mod syscall;
pub(crate) mod trace;
pub(crate) mod tracker;
pub(crate) mod value;

pub use crate::trace::process::{Process, Script};
pub use crate::trace::trace::Trace;
pub use crate::trace::tracker::Tracer;
