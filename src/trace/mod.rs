//! A build under observation: which process of which maintainer script did what to which path.
//!
//! Process 1 of the sandbox traces all others (ptrace(2)). A seccomp program stops them where they
//! execute a program or change their root; another one, which is added for a maintainer script,
//! stops its processes at the calls that may change something or that open a file. So an observed
//! build takes little longer than a plain one and gives the same bytes. What was seen is a [`log`],
//! plain data; a [`record::Trace`] is made of it when the build has ended.

pub(crate) mod added_filter;
pub mod attempt;
pub(crate) mod call;
pub(crate) mod calls;
pub(crate) mod course;
pub(crate) mod file_sizes;
pub(crate) mod filter;
pub(crate) mod foreseen;
pub(crate) mod known_names;
pub(crate) mod left_behind;
pub(crate) mod line_history;
pub mod log;
pub(crate) mod memory;
pub(crate) mod observer;
pub(crate) mod process;
pub(crate) mod record;
pub(crate) mod registers;
pub(crate) mod relevant;
pub mod replay;
pub(crate) mod stop;
pub(crate) mod threads;
pub(crate) mod versions;
pub(crate) mod view;
mod walk;

pub use crate::trace::attempt::{Attempt, Effect};
pub use crate::trace::log::Gap;
pub use crate::trace::observer::Observer;
pub use crate::trace::process::{Process, Script};
pub use crate::trace::record::Trace;
