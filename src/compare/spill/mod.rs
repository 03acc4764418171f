//! Lists and sorting of more values than should be in memory.

pub(crate) mod records;
pub(crate) mod sort;
pub(crate) mod sorted_records;
pub(crate) mod vec;
