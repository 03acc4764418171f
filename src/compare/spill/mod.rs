//! TODO.

pub(crate) mod sort;
pub(crate) mod vec;
