//! `twinroot verify` and `build` on archives of this machine, without the network.

mod agreement;
pub(crate) mod attempts;
mod causes;
mod damages;
mod failures;
mod foreign;
mod freezing;
mod limits;
mod local_repository;
mod packages;
mod pipeline;
mod shared_files;
mod signals;
mod techniques;
mod trouble;

use crate::support::harness::Test;

/// The tables of the modules.
pub(crate) const TABLES: &[&[Test]] = &[
    agreement::TESTS,
    attempts::TESTS,
    causes::TESTS,
    damages::TESTS,
    failures::TESTS,
    foreign::TESTS,
    freezing::TESTS,
    limits::TESTS,
    local_repository::TESTS,
    packages::TESTS,
    pipeline::TESTS,
    shared_files::TESTS,
    signals::TESTS,
    techniques::TESTS,
    trouble::TESTS,
];
