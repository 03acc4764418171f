//! Typed facts as sentences for people.

pub mod archive;
pub(crate) mod archives;
pub(crate) mod attempt;
pub(crate) mod command_line;
pub mod evidence;
pub mod fact;
pub mod failure;
pub mod field_detail;
pub mod finding;
pub(crate) mod note;
pub mod reason;
pub(crate) mod shown_line;
pub(crate) mod value;
pub(crate) mod warning;
