//! TODO.

pub mod mmdebstrap;
pub mod technique;
