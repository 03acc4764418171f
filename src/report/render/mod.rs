//! TODO.

pub(crate) mod bug;
pub(crate) mod json;
pub(crate) mod text;
