//! What each command does, from its arguments to its exit status.

pub(crate) mod audit;
pub(crate) mod build;
pub(crate) mod compare;
pub(crate) mod comparing;
pub(crate) mod completions;
pub(crate) mod diffoscope;
pub(crate) mod doctor;
pub(crate) mod man;
pub(crate) mod render;
pub(crate) mod verify;
