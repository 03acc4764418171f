//! TODO.

pub(crate) mod index;
pub(crate) mod moves;
pub(crate) mod pairs;
