//! The tree of a script to what its lines do, in a chrootless initial installation.
//!
//! [`walk`] goes through compound commands, [`simple`] through simple ones, [`expand`] through
//! words; [`value`] is what a word expands to, [`condition`] what a command's exit status is, and
//! [`asked`] which programs it depends on.

pub(crate) mod asked;
pub(crate) mod condition;
pub(crate) mod effort;
pub(crate) mod expand;
pub(crate) mod pattern;
pub(crate) mod simple;
pub(crate) mod value;
pub(crate) mod walk;
