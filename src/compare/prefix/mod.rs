//! Where two inputs stop being equal.

pub(crate) mod files;
pub(crate) mod lockstep;
pub(crate) mod streams;
