//! TODO.

pub(crate) mod audit;
pub(crate) mod build;
pub(crate) mod compare;
pub(crate) mod doctor;
pub(crate) mod verify;
