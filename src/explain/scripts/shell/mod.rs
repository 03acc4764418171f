//! TODO.

pub(crate) mod lexer;
pub(crate) mod parser;
pub(crate) mod syntax;
