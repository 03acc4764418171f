//! What maintainer scripts do, read without running them.
//!
//! Each script is gone through as a chrootless initial installation would go through it, so
//! that a report can say which line acts on the outside, and which does not run at all. It is
//! information beside the comparison: nothing is acquitted or condemned by it.

pub(crate) mod commands;
#[cfg(test)]
mod idiom_tests;
pub mod interpret;
pub(crate) mod kind;
pub(crate) mod line;
pub(crate) mod package;
pub(crate) mod script;
pub mod shell;

pub use crate::explain::scripts::kind::Kind;
pub use crate::explain::scripts::line::{Act, Line, Reach, Support};
pub use crate::explain::scripts::package::{PackageScripts, Scripts};
pub use crate::explain::scripts::script::Script;
