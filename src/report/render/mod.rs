//! Formats of a report: pure functions of wire values.

pub(crate) mod bug;
pub(crate) mod json;
pub(crate) mod own_lines;
pub(crate) mod owner;
pub(crate) mod text;
