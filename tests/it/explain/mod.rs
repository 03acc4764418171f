//! What is explained of divergences, by the library.

mod content;
mod read_leaks;

use crate::support::harness::Test;

/// The tables of the modules.
pub(crate) const TABLES: &[&[Test]] = &[content::TESTS, read_leaks::TESTS];
