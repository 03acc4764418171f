//! `twinroot verify` and `build` on archives of this machine, without the network.

mod attempts;
mod causes;
mod damages;
mod failures;
mod foreign;
mod freezing;
mod local_repository;
mod packages;
mod pipeline;
mod signals;
mod techniques;
mod trouble;

use crate::support::harness::Test;

/// The tables of the modules.
pub(crate) const TABLES: &[&[Test]] = &[
    attempts::TESTS,
    causes::TESTS,
    damages::TESTS,
    failures::TESTS,
    foreign::TESTS,
    freezing::TESTS,
    local_repository::TESTS,
    packages::TESTS,
    pipeline::TESTS,
    signals::TESTS,
    techniques::TESTS,
    trouble::TESTS,
];
