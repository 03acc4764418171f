//! TODO.

pub mod deb822;
