//! Lists and sorting of more values than should be in memory.

pub(crate) mod sort;
pub(crate) mod vec;
