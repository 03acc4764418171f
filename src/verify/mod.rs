//! TODO.

pub(crate) mod artifacts;
pub(crate) mod environment;
pub(crate) mod freeze;
pub(crate) mod leak_check;
pub(crate) mod matrix;
pub(crate) mod mirror;
pub(crate) mod observation;
pub(crate) mod outside_system;
pub(crate) mod pair;
pub(crate) mod prepare;
