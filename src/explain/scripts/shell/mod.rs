//! The text of a shell script to a tree of its commands.
//!
//! [`lexer`] makes words at a [`cursor`], and [`parser`] makes the tree of [`syntax`] of them. They
//! read what maintainer scripts use of sh(1) and dash, and never fail.

pub(crate) mod cursor;
pub(crate) mod lexer;
pub(crate) mod parser;
pub(crate) mod syntax;
