//! Where what was compared meets what was built: which package a path belongs to, and what
//! its maintainer scripts do.

pub mod causes;
pub mod content;
mod owner;
pub mod scripts;

pub use owner::{Owner, Owners, is_evidence};
