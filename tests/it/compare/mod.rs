//! `twinroot compare` and the library below it.

mod archive;
mod cases;
mod cli;
mod compression;
mod exact;
mod explained;
mod fields;
mod hostile;
mod notes;
mod readers;
mod spill;

use crate::support::harness::Test;

/// The tables of the modules.
pub(crate) const TABLES: &[&[Test]] = &[
    archive::TESTS,
    cases::TESTS,
    cli::TESTS,
    compression::TESTS,
    exact::TESTS,
    explained::TESTS,
    fields::TESTS,
    hostile::TESTS,
    notes::TESTS,
    readers::TESTS,
    spill::TESTS,
];
