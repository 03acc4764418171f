//! What maintainer scripts do, read without running them.
//!
//! Each script is gone through as a chrootless initial installation would go through it, so
//! that a report can say which line acts on the outside, and which does not run at all. This
//! informs only: no verdict depends on it.

pub(crate) mod command_names;
pub(crate) mod commands;
#[cfg(test)]
mod idiom_tests;
pub(crate) mod interpret;
pub(crate) mod line;
pub(crate) mod makers;
pub(crate) mod package;
pub(crate) mod parsed_script;
pub(crate) mod shell;
pub(crate) mod snippet;
pub(crate) mod support;

pub use crate::debian::maintainer_script::ScriptKind;
pub use crate::explain::scripts::line::{Act, Line, Reach};
pub use crate::explain::scripts::package::{PackageScripts, Scripts};
pub use crate::explain::scripts::parsed_script::{ParsedScript, TriggerInterest};
pub use crate::explain::scripts::snippet::Snippet;
pub use crate::explain::scripts::support::Support;
