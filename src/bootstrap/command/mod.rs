//! The command lines that fetch and build, as plain data.

pub mod download;
pub mod mmdebstrap;
pub mod technique;
