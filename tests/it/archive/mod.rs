//! `twinroot verify` on the real archive, with a cache that these tests share.

mod audits;
mod essential;
mod leak_check;
mod trixie;

use crate::support::harness::Test;

/// The tables of the modules.
pub(crate) const TABLES: &[&[Test]] = &[
    audits::TESTS,
    essential::TESTS,
    leak_check::TESTS,
    trixie::TESTS,
];
