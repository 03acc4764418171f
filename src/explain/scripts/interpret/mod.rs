//! TODO.

pub(crate) mod condition;
pub(crate) mod expand;
pub(crate) mod value;
pub(crate) mod walk;
