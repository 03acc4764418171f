//! TODO.

pub(crate) mod audited;
pub(crate) mod executed;
pub(crate) mod matrix;
