//! A build under observation: which process of which maintainer script wrote which path.
//!
//! strace(1) of the outside system runs the build and writes a line for every system call that
//! starts a process or changes a file. Descriptors come with their paths (`--decode-fds=path`),
//! which are those of the sandbox even for processes in a chroot. An observed build is an
//! additional one: the tarballs that are compared come from builds that nothing observes.

pub(crate) mod event;
pub(crate) mod process;
pub(crate) mod record;
pub(crate) mod syscall;
pub(crate) mod tracker;
pub(crate) mod value;

pub use crate::trace::process::{Process, Script};
pub use crate::trace::record::Trace;
pub use crate::trace::tracker::Tracer;
