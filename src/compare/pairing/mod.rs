//! Which entries of two archives belong together.

pub(crate) mod index;
pub(crate) mod moves;
pub(crate) mod pair;
pub(crate) mod pairs;
pub(crate) mod passed;
