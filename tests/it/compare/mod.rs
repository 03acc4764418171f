//! `twinroot compare` and the library below it.

mod archive;
mod cases;
mod cli;
mod compression;
pub(crate) mod control_files;
mod digests;
mod directories;
mod exact;
mod explained;
mod fields;
mod flatten;
mod flips;
mod hostile;
mod images;
pub(crate) mod inputs;
mod links;
mod look_alikes;
mod many;
mod minimal;
mod nested;
mod notes;
pub(crate) mod packages;
mod readers;
mod rpms;
mod spill;
pub(crate) mod zips;

use crate::support::harness::Test;

/// The tables of the modules.
pub(crate) const TABLES: &[&[Test]] = &[
    archive::TESTS,
    cases::TESTS,
    cli::TESTS,
    compression::TESTS,
    control_files::TESTS,
    digests::TESTS,
    directories::TESTS,
    exact::TESTS,
    explained::TESTS,
    fields::TESTS,
    flatten::TESTS,
    flips::TESTS,
    hostile::TESTS,
    inputs::TESTS,
    images::TESTS,
    links::TESTS,
    look_alikes::TESTS,
    many::TESTS,
    minimal::TESTS,
    nested::TESTS,
    notes::TESTS,
    packages::TESTS,
    readers::TESTS,
    rpms::TESTS,
    spill::TESTS,
    zips::TESTS,
];
