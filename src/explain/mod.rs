//! Where what was compared meets what was built: which package a path belongs to, and what
//! its maintainer scripts do.

pub(crate) mod attribution;
pub(crate) mod case;
pub mod command_line;
pub mod content;
pub mod evidence;
pub(crate) mod evidence_text;
pub mod finding;
pub mod maintainer_script;
pub(crate) mod ownership;
pub(crate) mod packages;
pub(crate) mod quoted_lines;
pub mod rule_id;
pub mod rules;
pub mod scripts;

pub use crate::explain::ownership::{Owner, Owners, is_evidence};
