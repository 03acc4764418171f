//! Where what was compared meets what was built: which package a path belongs to.

pub mod causes;
mod owner;

pub use owner::{Owner, Owners, is_evidence};
