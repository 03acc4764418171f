//! What is known already: the user's rules that the findings of a report are held against.
//!
//! Rules only count and name. The verdict stays what the bytes say; whether known findings are
//! accepted is a second question, asked by `--accept-known`.

pub(crate) mod error;
pub(crate) mod file;
pub(crate) mod matching;
pub(crate) mod rule;
#[cfg(test)]
mod tests;
